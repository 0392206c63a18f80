// "make generate" writes this file from the description of the API (terreno openapi).

export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys of access tokens */
        get: operations["jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The visits and tasks that you may see, by the beginning of their window */
        get: operations["list-activities"];
        put?: never;
        /** Make a visit or a task */
        post: operations["create-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One visit or task with its checklist and its log */
        get: operations["get-activity"];
        /** Replace the details of a visit: what it is, and where */
        put: operations["edit-activity"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept a visit */
        post: operations["accept-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a visit to a worker or a team. It begins again */
        post: operations["assign-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a visit, with a reason */
        post: operations["cancel-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/check-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Arrive at a visit */
        post: operations["check-in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/check-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete a visit */
        post: operations["check-out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/correct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Correct when a check-in or a check-out happened, with a reason */
        post: operations["correct-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that a visit could not be done, and why */
        post: operations["fail-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Write a note in the log of a visit (reason), or answer its checklist */
        post: operations["note-on-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/object": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that you do not agree with what the office or the close made of your visit */
        post: operations["object-to-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/photos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a photo to a visit
         * @description The body is the photo: JPEG, PNG, WebP or HEIC, at most 10 MiB, as the camera wrote it. Its first bytes say what it is, whatever the header says. Nothing is taken out of it, so the position that a camera writes into a photo stays there. A visit has at most 20 photos. Like a note, a photo changes nothing of the visit, and stands in its log (kind photo). Those who see the visit are told, with a version that is no conflict for whoever saw the one before. One user sends at most four files at once. Whoever had the visit when the photo was taken may send it later; the rule not_assigned marks one that was taken after that. The answer means that the photo is stored for good. Repeat with the same Idempotency-Key until you get it.
         */
        post: operations["add-activity-photo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/photos/{photo}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a photo of a visit that you may see */
        get: operations["get-activity-photo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a visit that ended begin again */
        post: operations["reopen-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/reschedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a visit to another time. It keeps its id and its state */
        post: operations["reschedule-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/set-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set out for a visit */
        post: operations["set-out-for-activity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 1,000 visits and tasks. Each is judged alone: a mistake in one does not refuse the others */
        post: operations["create-activities"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make many visits and tasks by a CSV file
         * @description The body is a table in CSV: UTF-8, or Windows-1252 as a Spanish Excel writes it, separated by commas, semicolons or tabs, at most 1,000 lines below the names of the columns. Columns, in English or Spanish and in any order: external_id (orden), tipo (visita, tarea), title (título), notes (notas), priority (prioridad: alta, normal, baja), place (lugar: id or external_id of a place), lat, lon, user (usuario: id), team (equipo: id), day (día: 2026-03-09 or 09/03/2026), from and until (desde, hasta: times of that day such as 08:30; without them the whole day; an end that is not after the beginning is on the next day).
         *
         *     Everything is made in one transaction, or nothing when a line is wrong. To send a file again whose lines have an external_id makes nothing twice: the report says external_id_taken.
         */
        post: operations["import-activities"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity-series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The series of recurring visits that you may see, the newest first */
        get: operations["list-activity-series"];
        put?: never;
        /**
         * Make recurring visits
         * @description The rule is an RRULE of RFC 5545 with days, weeks, months or years, and with an end: UNTIL or COUNT. It names at most 1,000 dates, the last at most five years after first_date. The first date has a visit only if the rule names it, and a COUNT counts from there. Times are local to the company. A time that the clocks skip is the first instant after the jump, and a time that they show twice is the first of the two.
         *
         *     Visits are made 14 days before their dates, those that are due at once. What can no longer be done, because its window has ended, is not made. A visit goes to the worker while the worker is active, and else to nobody, and to the team while there is one. While its place is archived none is made, and problem says so. Each visit can be moved, given away or cancelled like any other, and is never made again.
         */
        post: operations["create-activity-series"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity-series/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One series of recurring visits */
        get: operations["get-activity-series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity-series/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End recurring visits, with a reason
         * @description No more visits are made. Those of the series that nobody has begun (pendiente or aceptada) and whose window is still to come are cancelled with the reason, also when they were moved. What has begun, and what should have begun by now, stays as it is.
         */
        post: operations["end-activity-series"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the company decided about its visits */
        get: operations["get-activity-settings"];
        /** Decide about the company's visits */
        put: operations["set-activity-settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity-settings/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The teams whose day is closed at another time than the company's */
        get: operations["list-team-closes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity-settings/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Decide when the day of a team is closed */
        put: operations["set-team-close"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alert-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the company decided about its alerts, or the installation's values while it decided nothing */
        get: operations["get-alert-settings"];
        /** Decide about the company's alerts. The next night already applies it, also to older alerts */
        put: operations["set-alert-settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the alerts that you may see, the newest first */
        get: operations["list-alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an alert and its history */
        get: operations["get-alert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Acknowledge an alert: you take care of it. The first acknowledgement counts */
        post: operations["acknowledge-alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/en-route": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that you are on your way. It acknowledges the alert too. The first one counts */
        post: operations["go-to-alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List who was told of an alert, and what became of it on each device */
        get: operations["list-alert-notifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/received": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that your client has shown you an alert. The first one counts */
        post: operations["receive-alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resolve an alert. The first resolution counts. Whoever called for help may only say that it was a false alarm, while nobody takes care of it */
        post: operations["resolve-alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/panic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call for help. It is taken while the database is away and whatever its body says */
        post: operations["raise-panic"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session of a refresh token */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a refresh token for new tokens */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what, when and from where
         * @description An admin reads the company's log: users, roles, teams, passwords, sessions, zones, settings, the company itself. A platform admin reads what platform admins did.
         */
        get: operations["list-changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What has changed since you last asked
         * @description For a device that was away. A device that has nothing yet asks without since, keeps next, and then reads the list of conversations. Later it asks with since, and again with each next while there is more. It then has what it would read anew: new, changed and deleted messages, marks, people, titles. Two things come only together with one of these: another title of a visit, and that somebody was deactivated or is back. Something may come twice: of a message the higher version is the newer. Keep next only when the page is stored. An old next is as good as a new one, only longer.
         */
        get: operations["list-chat-changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whose messages were erased, the newest first */
        get: operations["list-erasures"];
        put?: never;
        /**
         * Erase all that a person wrote
         * @description Each message that the person sent says nothing any more, as if it had been deleted, and its files are removed. The numbers of the messages stay. It begins within a minute or so, goes on after a restart, and cannot be undone. While one of the person is under way, 200 has that one. What the person writes later stays: deactivate the user first.
         */
        post: operations["erase-messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that you wrote, and the conversations that you are in
         * @description Lines of JSON. A line of type conversation is followed by lines of type message: what you may read of it. Then come, of type sent, messages of yours in conversations that you no longer read. The last line has the type end and counts the messages: without it the export is not whole. Files are not in it: read them with their ids. Nobody exports what others wrote elsewhere, not even an admin.
         */
        get: operations["export-messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The names of those to whom you may write, or who write to you
         * @description With ids it names also those who left, and those with whom you may begin nothing but whom you meet in a conversation. Whom you may not know is missing.
         */
        get: operations["list-chat-people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receipts of many conversations, for a device that was away
         * @description Marks only move forward: a receipt that comes twice or late changes nothing, and is no error. Beyond the newest message that you may read: receipt_ahead. Each receipt is judged alone.
         */
        post: operations["mark-many"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of your conversations with these words, the newest first
         * @description Accents and capitals make no difference, and a word is found in its other forms in Spanish, too: entregas finds entrega. Signs are no part of a word. The names of files are searched, too. Only what you may read in your own conversations is found, also by those who may audit.
         */
        get: operations["search-messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the company decided about its conversations */
        get: operations["get-chat-settings"];
        /** Decide about the company's conversations */
        put: operations["set-chat-settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How much you have not read
         * @description It counts your 200 conversations with the newest messages, and in each up to 1000 messages.
         */
        get: operations["count-unread"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/companies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All companies */
        get: operations["list-companies"];
        put?: never;
        /** Create a company */
        post: operations["create-company"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/companies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One company */
        get: operations["get-company"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a company */
        patch: operations["change-company"];
        trace?: never;
    };
    "/v1/companies/{id}/admins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an admin of a company */
        post: operations["create-admin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/companies/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a suspended company in again */
        post: operations["resume-company"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/companies/{id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a company: nobody of it gets in */
        post: operations["suspend-company"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your conversations, the one with the newest message first */
        get: operations["list-conversations"];
        put?: never;
        /**
         * Begin a conversation, or get the one that is there
         * @description Of two people, of a visit and of a team there is one conversation, whoever begins it: 200 with it when it is there, 201 when it is new. That of two people is given also when the other one is deactivated. A private conversation has user_ids, a group user_ids and title, a broadcast title, a visit's visit_id, a team's team_id: what the kind has not is refused. Anybody begins a group, and is its owner. Only an admin begins a broadcast: everybody of the company reads it, admins and supervisors write.
         */
        post: operations["begin-conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of your conversations */
        get: operations["get-conversation"];
        /**
         * Give a group or a broadcast another title
         * @description A group: its owners, and admins who are in it. A broadcast: admins.
         */
        put: operations["rename-conversation"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/audits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who read a conversation without being in it, newest day first
         * @description For those who are in it, and for admins. An entry is kept for two years, and it is written before its reader gets an answer. Who lists conversations for auditing reads the newest message of each, and is named here, too.
         */
        get: operations["list-conversation-audits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/delivered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A device of yours has the messages up to this one
         * @description Marks only move forward: a receipt that comes twice or late changes nothing, and is no error. Beyond the newest message that you may read: receipt_ahead.
         */
        post: operations["mark-delivered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a photo or a file into a conversation, for a message that shows it
         * @description The body is the file as it is, and its first bytes say what it is, whatever the header or the name says. A photo is JPEG, PNG, WebP or HEIC, at most 10 MiB. A file is anything, at most 25 MiB. A file that is no PDF, picture, film, sound or ZIP has the type application/octet-stream. Nothing is taken out of a photo, so the position that a camera writes into it stays there. Then send the message that shows it, with the id as file_id: until then nobody else sees it, and after a day it is removed. At most 20 files of yours wait for their messages. The answer means that the file is stored for good. Repeat with the same Idempotency-Key until you get it.
         */
        post: operations["add-file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a file that a message shows which you may read */
        get: operations["get-file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add people to a group
         * @description For its owners, and for admins who are in it. A group has at most 256 people. Who is in it already stays as it is. A new one, and one that comes back, sees what is new from then on.
         */
        post: operations["add-members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Make a member of a group its owner, or an owner a member */
        put: operations["set-member-role"];
        post?: never;
        /**
         * Leave a group, or remove somebody from it
         * @description Everybody may leave. Its owners, and admins who are in it, remove others. Who is out hears nothing that comes after, and keeps what it had only by the company's setting keep_after_leaving: the title of then, and nothing of a message that was edited since. A socket of it that resumes later gets nothing of the group but that it is out. When the last owner leaves, the member of longest standing becomes owner.
         */
        delete: operations["remove-member"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of a conversation
         * @description With neither before_seq nor after_seq: the newest, newest first.
         */
        get: operations["list-messages"];
        put?: never;
        /**
         * Send a message
         * @description 201 means that it is stored, and that the others hear it. Repeat with the same Idempotency-Key until you get it: a repetition gets 200 and the message that is there. The same key with another content is refused (client_id_used), and so is what nobody would read, because the other person of a private conversation is deactivated (other_inactive). Messages are ordered by seq alone, whatever the clocks of the devices say.
         */
        post: operations["send-message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/messages/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change what a message of yours says
         * @description Within 15 minutes after it was sent. A repetition of a change changes nothing, and is no error.
         */
        put: operations["edit-message"];
        post?: never;
        /**
         * Delete a message of yours for all
         * @description The owner of a group may delete the messages of others in it, too. Its seq remains, and nothing of what it said. A repetition changes nothing, and is no error. A socket that resumes later gets nothing of what it said either: chat:mensaje is then the deletion, as chat:editado after it.
         */
        delete: operations["delete-message"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Be told of no message of a conversation for some time */
        put: operations["mute-conversation"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * You have read the messages up to this one
         * @description Marks only move forward: a receipt that comes twice or late changes nothing, and is no error. Beyond the newest message that you may read: receipt_ahead. What you have read, your devices have.
         */
        post: operations["mark-read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/typing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * You are writing
         * @description Repeat it every few seconds while somebody types. The others show it until the instant in chat:escribiendo, 6 s from now, or until a message comes. Nothing stores it, and it may be lost. More than one in 3 s are dropped.
         */
        post: operations["tell-typing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what changed on your phone that may stop positions
         * @description The newest of each kind and device counts, whatever the order in which they arrive. An answer of 202 says that they are stored. A line that cannot be kept is named in rejected and does not refuse the others.
         */
        post: operations["put-device-state"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holidays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The company's holidays: nobody is planned to work on them whose plan does not say so */
        get: operations["get-holidays"];
        /** Replace the company's holidays */
        put: operations["set-holidays"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the users whom you may see were planned to work and did, a day at a time */
        get: operations["list-hours"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hours/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve the hours of a user in a period
         * @description From then on, what arrives late about the period and corrections in it are in the log with the rule locked and change nothing, until an admin reopens the hours. Nobody but an admin approves its own hours.
         */
        post: operations["approve-hours"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hours/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The hours as a CSV file: a line for each user and day on which somebody was planned or worked. Times are in minutes */
        get: operations["export-hours"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hours/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an approval of hours back, with a reason */
        post: operations["reopen-hours"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When the company is told that somebody is silent */
        get: operations["get-inactivity-settings"];
        /** Decide when the company is told that somebody is silent */
        put: operations["set-inactivity-settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inactivity-settings/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What holds for a team, and whose settings these are */
        get: operations["get-team-inactivity-settings"];
        /**
         * Decide for the members of a team
         * @description They hold for its members in place of the company's. Of several teams of a user those hold that wait longest.
         */
        put: operations["set-team-inactivity-settings"];
        post?: never;
        /** Let the company's settings hold for a team */
        delete: operations["delete-team-inactivity-settings"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inactivity-settings/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What holds for a user, and whose settings these are */
        get: operations["get-user-inactivity-settings"];
        /** Decide for a user, whatever its teams and its company decided */
        put: operations["set-user-inactivity-settings"];
        post?: never;
        /** Let the settings of its teams or its company hold for a user */
        delete: operations["delete-user-inactivity-settings"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The scheduled jobs, what comes next and what was last */
        get: operations["list-jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{worker}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run a job now, or again for a past date */
        post: operations["run-job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{worker}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs of a job */
        get: operations["list-job-runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/my-day": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that you have to do on a day, for a phone */
        get: operations["get-my-day"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notification-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what people were told whom you may see, and what became of it on each device */
        get: operations["list-notification-log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notification-preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What you decided about being told */
        get: operations["get-notification-preferences"];
        /** Decide what your devices tell you and when. Nothing holds back a call for help. All of it is replaced, whatever another device of yours wrote meanwhile */
        put: operations["set-notification-preferences"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notification-texts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the texts as they will be sent, with examples in place of names and numbers */
        get: operations["list-notification-texts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what you were told, the newest first */
        get: operations["list-notifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notifications/{id}/delivered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that this device showed a notification of yours */
        post: operations["deliver-notification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notifications/{id}/opened": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that you opened a notification */
        post: operations["open-notification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark a notification of yours and all older ones as read */
        post: operations["read-notifications"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The company's places, by name or by distance from a point */
        get: operations["list-places"];
        put?: never;
        /** Add a place */
        post: operations["create-place"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/places/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One place, also an archived one */
        get: operations["get-place"];
        /** Replace a place. Its visits move with it */
        put: operations["replace-place"];
        post?: never;
        /** Archive a place: it is hidden from lists and gets no new visits. Its visits stay */
        delete: operations["archive-place"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/places/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The places as a CSV file that can be imported, at most 10,000 */
        get: operations["export-places"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/places/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create and change many places by a CSV file
         * @description The body is a table in CSV: UTF-8, or Windows-1252 as a Spanish Excel writes it, separated by commas, semicolons or tabs, at most 1,000 lines below the names of the columns. Columns, in English or Spanish and in any order: id, external_id (código), name (nombre), address (dirección), contact (contacto), notes (notas), lat (latitud), lon (longitud), radius_m (radio), archived (archivado: yes, no). Numbers may have a decimal comma.
         *
         *     A line means the place with its id, or without an id the place with its external_id. When there is none, the place is created. A column that the file lacks leaves the field as it is. No place is archived for being absent from the file.
         *
         *     Everything is changed in one transaction, or nothing when a line is wrong. To send the same file again changes nothing, if its places have an id or an external_id.
         */
        post: operations["import-places"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand in positions of the caller's own
         * @description 202 once all are stored safely. Drop what was accepted and what was rejected; on any other answer keep it all and send it again. Send the oldest positions first: zones judge no position that comes after a newer one of the same user, so a backlog that is sent newest first raises no alerts.
         */
        post: operations["post-positions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/positions/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest position of each user that the caller may see, by user */
        get: operations["latest-positions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is online among those whom one may see
         * @description Online is about connections of devices, not about work: who is on shift and where is told elsewhere. The same comes over a socket, as usuario:presencia, usuario:online and usuario:offline.
         */
        get: operations["list-presence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/presence-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the company decided about presence */
        get: operations["get-presence-settings"];
        /** Decide about presence */
        put: operations["set-presence-settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/push-tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Let this device take pushes, while you are signed in on it. Send it at each start of the app. The token of somebody else becomes yours */
        put: operations["put-push-token"];
        post?: never;
        /** Let this device take no more pushes */
        delete: operations["delete-push-token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reminder-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the company decided about reminders, or the usual values */
        get: operations["get-reminder-settings"];
        /** Decide when people are reminded of what */
        put: operations["set-reminder-settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routes/pattern": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The streets that the company's people use, as GeoJSON without who and when
         * @description It is made anew once a day from the routes of the last 30 days. It has only streets that at least three users used, or that somebody used on at least five days. By days, what is within 200 m of where anybody's day began or ended does not count.
         */
        get: operations["get-street-pattern"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shift-plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The plans of work that you may see: the company's, your teams' and their users' */
        get: operations["list-shift-plans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shift-plans/company": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When the company works. Of the plans of a user, its teams and the company, the narrowest holds. Of several teams, all do */
        get: operations["get-company-shift-plan"];
        /** Plan when the company works */
        put: operations["set-company-shift-plan"];
        post?: never;
        /** Remove the company's plan: whoever has no other has none */
        delete: operations["remove-company-shift-plan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shift-plans/of/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a user is planned to work in a period, as instants */
        get: operations["get-planned-work"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shift-plans/team/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The plan of a team. Of the plans of a user, its teams and the company, the narrowest holds. Of several teams, all do */
        get: operations["get-team-shift-plan"];
        /** Plan when a team works */
        put: operations["set-team-shift-plan"];
        post?: never;
        /** Remove the plan of a team: the wider one holds again */
        delete: operations["remove-team-shift-plan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shift-plans/user/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The plan of a user. Of the plans of a user, its teams and the company, the narrowest holds. Of several teams, all do */
        get: operations["get-user-shift-plan"];
        /** Plan when a user works */
        put: operations["set-user-shift-plan"];
        post?: never;
        /** Remove the plan of a user: the wider one holds again */
        delete: operations["remove-user-shift-plan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The shifts that you may see, the newest first */
        get: operations["list-shifts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts/{id}/object": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that you do not agree with what the office or the close made of your shift */
        post: operations["object-to-shift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts/correct": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Correct when something about a worker's shift happened, with a reason
         * @description The correction is in the log beside what it replaces, and the worker is told. What was forgotten altogether is entered with /v1/shifts/start, pause, resume and end, for the user_id, with a reason.
         */
        post: operations["correct-shift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a shift */
        post: operations["end-shift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done about the shifts of a user */
        get: operations["get-shift-log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Interrupt a shift */
        post: operations["pause-shift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a shift */
        post: operations["resume-shift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shifts/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a shift */
        post: operations["start-shift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is silent or does not move now, and why */
        get: operations["list-silences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/summaries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the days of the users whom you may see came to, the newest date first
         * @description Days that still run are computed for the answer and have the state preliminary. A page has at most 25 of them: follow next. A user without positions, visits and shifts on a date has no summary of it.
         */
        get: operations["list-summaries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/summaries/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The closed days of a period as a CSV or XLSX file, a line for each user and date
         * @description Times are in minutes, instants in the time zone of the day. At most 50,000 lines.
         */
        get: operations["export-summaries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/summaries/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sums of closed days, by user and week, month or all of the period
         * @description As JSON, or as a CSV or XLSX file.
         */
        get: operations["total-summaries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand in a phone's queue of visits, tasks and shifts
         * @description Each item is judged alone and has its answer. Items of one entity are done in order: after one that is to be sent again, or is in conflict, the others of its entity are blocked. The rest goes on.
         */
        post: operations["sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The teams that you may see */
        get: operations["list-teams"];
        put?: never;
        /** Create a team */
        post: operations["create-team"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a team; its members stay */
        delete: operations["delete-team"];
        options?: never;
        head?: never;
        /** Rename a team */
        patch: operations["rename-team"];
        trace?: never;
    };
    "/v1/teams/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set who is in a team */
        put: operations["set-members"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The users that you may see */
        get: operations["list-users"];
        put?: never;
        /** Create a user */
        post: operations["create-user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user that you may see */
        get: operations["get-user"];
        put?: never;
        post?: never;
        /** Deactivate a user: no session of it is good any more, its history stays */
        delete: operations["deactivate-user"];
        options?: never;
        head?: never;
        /** Change a user */
        patch: operations["change-user"];
        trace?: never;
    };
    "/v1/users/{id}/device-state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the phones of a user said last of themselves
         * @description Where the company tracks people only in their shifts, others than the user read nothing that a phone said outside them.
         */
        get: operations["get-device-state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a user's password, or change your own; the user is signed out everywhere */
        put: operations["set-password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user's positions of some time, oldest first */
        get: operations["playback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/push-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the devices of a user that take pushes */
        get: operations["list-push-tokens"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/push-tokens/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Let a device of a user take no more pushes, such as one that was lost. The app on it registers it again while the user's session on it lasts: end that too */
        delete: operations["remove-user-push-token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign a user, or yourself, out everywhere */
        post: operations["revoke-user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/route": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The simplified way of a user on a date as GeoJSON, a LineString for each trip */
        get: operations["get-route"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/summaries/{date}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a day of a user came to, with its trips, stops and gaps */
        get: operations["get-summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create and change many users by a CSV file
         * @description The body is a table in CSV: UTF-8 with or without a byte order mark, separated by commas, semicolons or tabs, at most 2,000 lines below the names of the columns. Columns, in English or Spanish and in any order: id, name (nombre), email (correo), phone (teléfono), payroll_number (número de nómina), role (rol: admin, supervisor, colaborador; a new user without one is a colaborador), active (activo: yes, no), teams (equipos: names, separated by |).
         *
         *     A line means the user with its id, or without an id the user with its payroll number. When there is none, the user is created. A column that the file lacks leaves the field as it is; an empty cell takes the value away, except for role and active. Nobody is deactivated for being absent from the file.
         *
         *     Everything is changed in one transaction, or nothing when a line is wrong. To send the same file again changes nothing. The file holds no passwords: set them afterwards with PUT /v1/users/{id}/password.
         */
        post: operations["import-users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Yourself */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The company's webhooks, by name */
        get: operations["list-webhooks"];
        put?: never;
        /**
         * Add a webhook. The answer shows its secret, and nothing else does
         * @description Each call is a POST of {id, event, company, ref, created_at, data} with the headers Terreno-Event, Terreno-Delivery (the same at each attempt) and Terreno-Signature: t=SECONDS,v1=HEX, where HEX is the HMAC-SHA256 of SECONDS.BODY with the secret. Refuse what is older than five minutes. For a day after the secret changed there are two v1. An answer of 2xx within ten seconds ends a call; anything else, a redirect too, is tried again for up to an hour, but for 410, which ends the call. Calls may come twice and in another order. Another secret within that day ends the first one at once.
         */
        post: operations["create-webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook */
        get: operations["get-webhook"];
        /** Change a webhook, or turn it off and on */
        put: operations["replace-webhook"];
        post?: never;
        /** Remove a webhook and the log of its calls */
        delete: operations["delete-webhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The calls of a webhook of the last 30 days, the newest first */
        get: operations["list-webhook-deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a webhook another secret, which the answer shows. For a day calls are signed with both */
        post: operations["rotate-webhook-secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call a webhook once, also one that is off, with the event webhook.prueba */
        post: operations["test-webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/zone-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** By what the company's people are judged where a zone says nothing else */
        get: operations["get-zone-settings"];
        /** Set by what the company's people are judged */
        put: operations["set-zone-settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/zones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The zones that you may see, as a GeoJSON FeatureCollection, by name */
        get: operations["list-zones"];
        put?: never;
        /** Create a zone from a GeoJSON Feature */
        post: operations["create-zone"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/zones/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One zone that you may see */
        get: operations["get-zone"];
        /** Replace a zone; its assignments stay */
        put: operations["replace-zone"];
        post?: never;
        /** Delete a zone: alerts about it end */
        delete: operations["delete-zone"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/zones/{id}/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** To whom of those whom you may see a zone applies, and who of them is outside now, by name */
        get: operations["list-zone-people"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/zones/{id}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set to which users and teams a zone applies */
        put: operations["assign-zone"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Activity: {
            address: string;
            /** Format: date-time */
            changed_at: string;
            /** @description id of a user, *cierre for the close of the day, or *serie for a series */
            changed_by: string;
            /** Format: date-time */
            check_in_at?: string;
            /**
             * Format: double
             * @description from the site; absent if a place is not known
             */
            check_in_distance_m?: number;
            /** Format: date-time */
            check_out_at?: string;
            /** Format: int64 */
            checklist_done: number;
            /** Format: int64 */
            checklist_items: number;
            /**
             * Format: int64
             * @description required items without an answer. A check-out is taken all the same, and the visit says so here
             */
            checklist_missing: number;
            /**
             * Format: date-time
             * @description when it is closed as incompleta if nobody ends it before
             */
            close_at: string;
            /** @description the office did or corrected some of the worker's steps */
            corrected: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description id of a user, or *serie for a series */
            created_by: string;
            external_id: string;
            /**
             * Format: date-time
             * @description when it is to be done: at or after from, before until
             */
            from: string;
            id: string;
            /**
             * Format: double
             * @description of the place, or its own; absent for a task without a site
             */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes: string;
            /** @description the worker does not agree with it or with the close, and the office has not answered since */
            objected: boolean;
            place_id: string;
            place_name: string;
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "";
            /**
             * Format: double
             * @description whoever is within it is at the site, metres
             */
            radius_m?: number;
            /** @description why it is incompleta or cancelada; cierre if the end of the day closed it */
            reason: string;
            /**
             * @description its date in the series, which stays when it is moved
             * @example 2026-03-09
             */
            series_date: string;
            /** @description of recurring visits, to which it belongs; empty for any other */
            series_id: string;
            /**
             * Format: date-time
             * @description since when it is in this state
             */
            since: string;
            /** @enum {string} */
            state: "pendiente" | "aceptada" | "en_ruta" | "en_sitio" | "completada" | "incompleta" | "cancelada" | "en_curso" | "en_pausa" | "terminada";
            /** @description the team to which it is given; empty if to none */
            team_id: string;
            /** @enum {string} */
            tipo: "visita" | "tarea" | "jornada";
            title: string;
            /** Format: date-time */
            until?: string;
            /** @description the worker; empty while nobody is assigned */
            user_id: string;
            /** @description empty while nobody is assigned */
            user_name: string;
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
        };
        ActivityAnswer: {
            /** @description id of the item */
            item: string;
            /** @description empty takes an earlier answer back */
            value: string;
        };
        ActivityDetail: {
            address: string;
            /** Format: date-time */
            changed_at: string;
            /** @description id of a user, *cierre for the close of the day, or *serie for a series */
            changed_by: string;
            /** Format: date-time */
            check_in_at?: string;
            /**
             * Format: double
             * @description from the site; absent if a place is not known
             */
            check_in_distance_m?: number;
            /** Format: date-time */
            check_out_at?: string;
            checklist: components["schemas"]["ChecklistItem"][] | null;
            /** Format: int64 */
            checklist_done: number;
            /** Format: int64 */
            checklist_items: number;
            /**
             * Format: int64
             * @description required items without an answer. A check-out is taken all the same, and the visit says so here
             */
            checklist_missing: number;
            /**
             * Format: date-time
             * @description when it is closed as incompleta if nobody ends it before
             */
            close_at: string;
            /** @description of the place */
            contact: string;
            /** @description the office did or corrected some of the worker's steps */
            corrected: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description id of a user, or *serie for a series */
            created_by: string;
            external_id: string;
            /**
             * Format: date-time
             * @description when it is to be done: at or after from, before until
             */
            from: string;
            /** @description what happened, in order */
            history: components["schemas"]["ActivityEntry"][] | null;
            id: string;
            /**
             * Format: double
             * @description of the place, or its own; absent for a task without a site
             */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes: string;
            /** @description the worker does not agree with it or with the close, and the office has not answered since */
            objected: boolean;
            place_id: string;
            place_name: string;
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "";
            /**
             * Format: double
             * @description whoever is within it is at the site, metres
             */
            radius_m?: number;
            /** @description why it is incompleta or cancelada; cierre if the end of the day closed it */
            reason: string;
            /**
             * @description its date in the series, which stays when it is moved
             * @example 2026-03-09
             */
            series_date: string;
            /** @description of recurring visits, to which it belongs; empty for any other */
            series_id: string;
            /**
             * Format: date-time
             * @description since when it is in this state
             */
            since: string;
            /** @enum {string} */
            state: "pendiente" | "aceptada" | "en_ruta" | "en_sitio" | "completada" | "incompleta" | "cancelada" | "en_curso" | "en_pausa" | "terminada";
            /** @description the team to which it is given; empty if to none */
            team_id: string;
            /** @enum {string} */
            tipo: "visita" | "tarea" | "jornada";
            title: string;
            /** Format: date-time */
            until?: string;
            /** @description the worker; empty while nobody is assigned */
            user_id: string;
            /** @description empty while nobody is assigned */
            user_name: string;
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
        };
        ActivityDone: {
            address: string;
            /** Format: date-time */
            changed_at: string;
            /** @description id of a user, *cierre for the close of the day, or *serie for a series */
            changed_by: string;
            /** Format: date-time */
            check_in_at?: string;
            /**
             * Format: double
             * @description from the site; absent if a place is not known
             */
            check_in_distance_m?: number;
            /** Format: date-time */
            check_out_at?: string;
            /** Format: int64 */
            checklist_done: number;
            /** Format: int64 */
            checklist_items: number;
            /**
             * Format: int64
             * @description required items without an answer. A check-out is taken all the same, and the visit says so here
             */
            checklist_missing: number;
            /**
             * Format: date-time
             * @description when it is closed as incompleta if nobody ends it before
             */
            close_at: string;
            /** @description the office did or corrected some of the worker's steps */
            corrected: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description id of a user, or *serie for a series */
            created_by: string;
            /** @description the action was known already, by its key */
            duplicate: boolean;
            external_id: string;
            /**
             * Format: date-time
             * @description when it is to be done: at or after from, before until
             */
            from: string;
            id: string;
            /**
             * Format: double
             * @description of the place, or its own; absent for a task without a site
             */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes: string;
            /** @description the worker does not agree with it or with the close, and the office has not answered since */
            objected: boolean;
            place_id: string;
            place_name: string;
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "";
            /**
             * Format: double
             * @description whoever is within it is at the site, metres
             */
            radius_m?: number;
            /** @description why it is incompleta or cancelada; cierre if the end of the day closed it */
            reason: string;
            /** @description the visit is no longer yours, and only id, tipo and version are told. The action is in the log */
            retirada: boolean;
            /** @description why the action changed nothing: repeated, behind, ended, no_check_in, not_assigned ...; it is in the log all the same, and may count once other actions arrive. Empty if it did what it says */
            rule: string;
            /**
             * @description its date in the series, which stays when it is moved
             * @example 2026-03-09
             */
            series_date: string;
            /** @description of recurring visits, to which it belongs; empty for any other */
            series_id: string;
            /**
             * Format: date-time
             * @description since when it is in this state
             */
            since: string;
            /** @enum {string} */
            state: "pendiente" | "aceptada" | "en_ruta" | "en_sitio" | "completada" | "incompleta" | "cancelada" | "en_curso" | "en_pausa" | "terminada";
            /** @description the team to which it is given; empty if to none */
            team_id: string;
            /** @enum {string} */
            tipo: "visita" | "tarea" | "jornada";
            title: string;
            /** Format: date-time */
            until?: string;
            /** @description the worker; empty while nobody is assigned */
            user_id: string;
            /** @description empty while nobody is assigned */
            user_name: string;
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
        };
        ActivityEdit: {
            checklist?: components["schemas"]["ActivityItem"][];
            /** @description the company's own name for it, unique in the company */
            external_id?: string;
            /** Format: double */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes?: string;
            /** @description where it is; or lat and lon */
            place_id?: string;
            /**
             * @description normal when left out
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /**
             * Format: double
             * @description with lat and lon; 100 when left out
             */
            radius_m?: number;
            /** @example Revisar la bomba */
            title: string;
            /**
             * Format: int64
             * @description of the visit that was edited: the edit is refused with the current visit when it is another by now
             */
            version: number;
        };
        ActivityEntry: {
            /** Format: double */
            accuracy_m?: number;
            answers?: components["schemas"]["ActivityAnswer"][] | null;
            /**
             * Format: date-time
             * @description when it happened
             */
            at: string;
            /** @description id of the user who did it; empty for the close of the day */
            by: string;
            /** @description key of the action that it corrects */
            corrects?: string;
            /** @description a colaborador reads only its own; the same holds for lat, lon, accuracy_m, distance_m and mock */
            device_id: string;
            /**
             * Format: double
             * @description from the site
             */
            distance_m?: number;
            /**
             * Format: date-time
             * @description to when it was moved
             */
            from?: string;
            from_state: string;
            /** @description names the action; a correction names the one that it corrects by it */
            key: string;
            /** @enum {string} */
            kind: "accept" | "set_out" | "check_in" | "check_out" | "fail" | "cancel" | "reopen" | "assign" | "reschedule" | "correct" | "note" | "photo" | "object" | "close";
            /** Format: double */
            lat?: number;
            /** Format: double */
            lon?: number;
            /** @description the phone said that the position was made up */
            mock: boolean;
            /** @description a supervisor or an admin did it, maybe for the worker */
            office: boolean;
            photo?: components["schemas"]["ActivityPhoto"];
            reason: string;
            /**
             * Format: date-time
             * @description when the server learned of it; phones may report late
             */
            received_at: string;
            /** @description why it changed nothing: repeated, behind, ended, no_check_in, not_assigned, not_yet_due, corrected, nothing_to_correct or not_ended; empty if it did what it says */
            rule: string;
            team_id?: string;
            to_state: string;
            /** Format: date-time */
            until?: string;
            /** @description to whom it was assigned */
            user_id?: string;
        };
        ActivityImportLine: {
            code?: string;
            /** @description a sentence for a person: what is wrong and what to do */
            detail?: string;
            /** @description of the visit that was made */
            id?: string;
            /**
             * Format: int64
             * @description where it begins in the file, counted from 1
             */
            line: number;
            /** @enum {string} */
            outcome: "created" | "wrong";
            /** @description of a check: the visit as it would be made */
            preview?: components["schemas"]["Activity"];
            title: string;
        };
        ActivityImportReport: {
            /** @description the visits are made; false when the file was only checked, or a line is wrong and so nothing was made */
            applied: boolean;
            /** Format: int64 */
            created: number;
            /**
             * @description as which the file was read: check the accents when it is not UTF-8
             * @enum {string}
             */
            encoding: "utf-8" | "windows-1252";
            ignored_columns?: string[] | null;
            lines: components["schemas"]["ActivityImportLine"][] | null;
            /** Format: int64 */
            wrong: number;
        };
        ActivityItem: {
            /** @description unique in the checklist; its number when left out */
            id?: string;
            required?: boolean;
            /** @example Foto de la fachada */
            text: string;
        };
        ActivityList: {
            activities: components["schemas"]["Activity"][] | null;
            /** @description cursor of the next page; absent on the last page */
            next?: string;
        };
        ActivityPhoto: {
            /** Format: int64 */
            bytes: number;
            id: string;
            /** @enum {string} */
            type: "image/jpeg" | "image/png" | "image/webp" | "image/heic";
        };
        ActivityPhotoDone: {
            address: string;
            /** Format: date-time */
            changed_at: string;
            /** @description id of a user, *cierre for the close of the day, or *serie for a series */
            changed_by: string;
            /** Format: date-time */
            check_in_at?: string;
            /**
             * Format: double
             * @description from the site; absent if a place is not known
             */
            check_in_distance_m?: number;
            /** Format: date-time */
            check_out_at?: string;
            /** Format: int64 */
            checklist_done: number;
            /** Format: int64 */
            checklist_items: number;
            /**
             * Format: int64
             * @description required items without an answer. A check-out is taken all the same, and the visit says so here
             */
            checklist_missing: number;
            /**
             * Format: date-time
             * @description when it is closed as incompleta if nobody ends it before
             */
            close_at: string;
            /** @description the office did or corrected some of the worker's steps */
            corrected: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description id of a user, or *serie for a series */
            created_by: string;
            /** @description the action was known already, by its key */
            duplicate: boolean;
            external_id: string;
            /**
             * Format: date-time
             * @description when it is to be done: at or after from, before until
             */
            from: string;
            id: string;
            /**
             * Format: double
             * @description of the place, or its own; absent for a task without a site
             */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes: string;
            /** @description the worker does not agree with it or with the close, and the office has not answered since */
            objected: boolean;
            photo: components["schemas"]["ActivityPhoto"];
            place_id: string;
            place_name: string;
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "";
            /**
             * Format: double
             * @description whoever is within it is at the site, metres
             */
            radius_m?: number;
            /** @description why it is incompleta or cancelada; cierre if the end of the day closed it */
            reason: string;
            /** @description the visit is no longer yours, and only id, tipo and version are told. The action is in the log */
            retirada: boolean;
            /** @description why the action changed nothing: repeated, behind, ended, no_check_in, not_assigned ...; it is in the log all the same, and may count once other actions arrive. Empty if it did what it says */
            rule: string;
            /**
             * @description its date in the series, which stays when it is moved
             * @example 2026-03-09
             */
            series_date: string;
            /** @description of recurring visits, to which it belongs; empty for any other */
            series_id: string;
            /**
             * Format: date-time
             * @description since when it is in this state
             */
            since: string;
            /** @enum {string} */
            state: "pendiente" | "aceptada" | "en_ruta" | "en_sitio" | "completada" | "incompleta" | "cancelada" | "en_curso" | "en_pausa" | "terminada";
            /** @description the team to which it is given; empty if to none */
            team_id: string;
            /** @enum {string} */
            tipo: "visita" | "tarea" | "jornada";
            title: string;
            /** Format: date-time */
            until?: string;
            /** @description the worker; empty while nobody is assigned */
            user_id: string;
            /** @description empty while nobody is assigned */
            user_name: string;
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
        };
        ActivitySeries: {
            /** Format: date-time */
            created_at: string;
            /** @description id of a user */
            created_by: string;
            /**
             * Format: int64
             * @description how many the rule names
             */
            dates: number;
            end_reason?: string;
            /** Format: date-time */
            ended_at?: string;
            ended_by?: string;
            first_date: string;
            /** @description local time; empty for the whole day */
            from: string;
            id: string;
            /** @description that the rule names */
            last_date: string;
            /** @description date up to which the visits are made; empty before the first */
            made_until: string;
            /** @description the next of those whose visits are still to be made, at most 10 */
            next_dates: string[] | null;
            place_name: string;
            /** @description why the visits that are due cannot be made: place_archived, or internal. It is tried again every hour. Empty if nothing is wrong */
            problem: string;
            rule: string;
            /**
             * @description active: visits are still to be made. over: all of them are made. ended: somebody ended it
             * @enum {string}
             */
            state: "active" | "over" | "ended";
            until: string;
            user_name: string;
            visit: components["schemas"]["SeriesVisit"];
        };
        ActivitySeriesList: {
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            series: components["schemas"]["ActivitySeries"][] | null;
        };
        ActivitySettings: {
            /**
             * Format: int64
             * @description how far from the edge of the site a check-in may be, metres. The accuracy, up to 200 m of it, counts in the worker's favour
             */
            check_in_max_m: number;
            /**
             * @description of a check-in beyond check_in_max_m: note it, take it only with a reason, or refuse it
             * @enum {string}
             */
            check_in_policy: "note" | "reason" | "refuse";
            /**
             * @description when the day is closed, local time from 12:00 to 23:59; a team may have another. What is open and not yet due moves with it within some minutes, but what is planned until the close of a day keeps it when the new one is earlier
             * @example 22:00
             */
            close_at: string;
            /**
             * @description when people are tracked; unchanged when left out. With on_shift nobody sees a position that was recorded outside every known shift of its user, a pause being part of its shift. A shift that becomes known later shows what lies in it. What was received since then and is still outside 48 hours later is deleted. At first it is always
             * @enum {string}
             */
            tracking?: "always" | "on_shift";
            /**
             * Format: int64
             * @description rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now
             */
            version: number;
        };
        Alert: {
            /** Format: float */
            accuracy_m?: number;
            /** Format: date-time */
            acknowledged_at?: string;
            /** @description id of a user; empty if nobody acknowledged it */
            acknowledged_by: string;
            acknowledged_note: string;
            /**
             * Format: float
             * @description the last charge that is known, 0 to 1
             */
            battery?: number;
            /** @description empty, or the likeliest cause of a silence: unknown, battery_empty, permission_withdrawn, permission_reduced, location_off, app_closed, battery_saver or airplane_mode; of type sistema: shared_silence or storage_behind */
            cause: string;
            /**
             * Format: date-time
             * @description when the phone said so
             */
            cause_at?: string;
            /** Format: date-time */
            delivered_at?: string;
            /** @description the first recipient whose client showed the alert */
            delivered_to: string;
            /**
             * Format: double
             * @description how far outside the nearest zone it began
             */
            distance_m?: number;
            /** Format: date-time */
            en_route_at?: string;
            /** @description who goes there */
            en_route_by: string;
            /** @description why it ended: returned, zones_changed, schedule_ended, unassigned, explicada, moved, shift_ended, paused, settings_changed or user_left; empty while it continues */
            end_reason: string;
            /**
             * Format: date-time
             * @description absent while it continues
             */
            ended_at?: string;
            /**
             * Format: int64
             * @description how many steps of the escalation were done
             */
            escalation_step: number;
            id: string;
            /** @description of a call for help while another one of the same person was open: the id of that one, which stands for both */
            joins: string;
            /**
             * Format: date-time
             * @description when the last position before the silence was recorded
             */
            last_fix_at?: string;
            /**
             * Format: double
             * @description where it began; lat and lon are absent when the place is not known
             */
            lat?: number;
            /** @description it is in the past and became known from late positions */
            late: boolean;
            /** Format: double */
            lon?: number;
            /**
             * Format: date-time
             * @description when the next people are told, unless somebody acknowledges; absent when nobody follows
             */
            next_step_at?: string;
            /** @description what the person wrote who called for help */
            note: string;
            /**
             * Format: int32
             * @description of type sistema: how many people are silent
             */
            people: number;
            /**
             * Format: int32
             * @description of type sistema: how many people were reporting before
             */
            people_of: number;
            /**
             * Format: date-time
             * @description when it was confirmed
             */
            raised_at: string;
            /** @description empty, or false_alarm */
            resolution: string;
            /** Format: date-time */
            resolved_at?: string;
            /** @description id of a user, or *regla: nobody resolved it in time and the rule did */
            resolved_by: string;
            resolved_note: string;
            /** @description of type sistema: company or installation; empty for other types */
            scope: string;
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            status: "nueva" | "reconocida" | "resuelta";
            /** @example outside_zone */
            type: string;
            /** @description nobody who should be told can be reached */
            unreachable: boolean;
            /** @description whom it is about; empty if it is of type sistema */
            user_id: string;
            /** @description empty for a user who is no longer known */
            user_name: string;
            /** @description ids of the zones that applied */
            zones: string[] | null;
        };
        AlertDetail: {
            /** Format: float */
            accuracy_m?: number;
            /** Format: date-time */
            acknowledged_at?: string;
            /** @description id of a user; empty if nobody acknowledged it */
            acknowledged_by: string;
            acknowledged_note: string;
            /**
             * Format: float
             * @description the last charge that is known, 0 to 1
             */
            battery?: number;
            /** @description empty, or the likeliest cause of a silence: unknown, battery_empty, permission_withdrawn, permission_reduced, location_off, app_closed, battery_saver or airplane_mode; of type sistema: shared_silence or storage_behind */
            cause: string;
            /**
             * Format: date-time
             * @description when the phone said so
             */
            cause_at?: string;
            /** Format: date-time */
            delivered_at?: string;
            /** @description the first recipient whose client showed the alert */
            delivered_to: string;
            /**
             * Format: double
             * @description how far outside the nearest zone it began
             */
            distance_m?: number;
            /** Format: date-time */
            en_route_at?: string;
            /** @description who goes there */
            en_route_by: string;
            /** @description why it ended: returned, zones_changed, schedule_ended, unassigned, explicada, moved, shift_ended, paused, settings_changed or user_left; empty while it continues */
            end_reason: string;
            /**
             * Format: date-time
             * @description absent while it continues
             */
            ended_at?: string;
            /**
             * Format: int64
             * @description how many steps of the escalation were done
             */
            escalation_step: number;
            /** @description what happened, in order */
            history: components["schemas"]["AlertEntry"][] | null;
            id: string;
            /** @description of a call for help while another one of the same person was open: the id of that one, which stands for both */
            joins: string;
            /**
             * Format: date-time
             * @description when the last position before the silence was recorded
             */
            last_fix_at?: string;
            /**
             * Format: double
             * @description where it began; lat and lon are absent when the place is not known
             */
            lat?: number;
            /** @description it is in the past and became known from late positions */
            late: boolean;
            /** Format: double */
            lon?: number;
            /**
             * Format: date-time
             * @description when the next people are told, unless somebody acknowledges; absent when nobody follows
             */
            next_step_at?: string;
            /** @description what the person wrote who called for help */
            note: string;
            /**
             * Format: int32
             * @description of type sistema: how many people are silent
             */
            people: number;
            /**
             * Format: int32
             * @description of type sistema: how many people were reporting before
             */
            people_of: number;
            /**
             * Format: date-time
             * @description when it was confirmed
             */
            raised_at: string;
            /** @description empty, or false_alarm */
            resolution: string;
            /** Format: date-time */
            resolved_at?: string;
            /** @description id of a user, or *regla: nobody resolved it in time and the rule did */
            resolved_by: string;
            resolved_note: string;
            /** @description of type sistema: company or installation; empty for other types */
            scope: string;
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            status: "nueva" | "reconocida" | "resuelta";
            /** @example outside_zone */
            type: string;
            /** @description nobody who should be told can be reached */
            unreachable: boolean;
            /** @description whom it is about; empty if it is of type sistema */
            user_id: string;
            /** @description empty for a user who is no longer known */
            user_name: string;
            /** @description ids of the zones that applied */
            zones: string[] | null;
        };
        AlertEntry: {
            /**
             * Format: date-time
             * @description when it happened
             */
            at: string;
            /** @description id of the user who did it, or *regla for what a rule did; empty when nobody did it */
            by: string;
            /** @description what that user is called; empty when it is nobody, or a user who is no longer known */
            by_name: string;
            /** @description what the user wrote, why the alert ended, how many a step told, or which call for help came again */
            note: string;
            /**
             * Format: date-time
             * @description when the server learned of it; phones may report late
             */
            received_at: string;
            /**
             * Format: int64
             * @description of what step: its number; the first is 1. People were told
             */
            step?: number;
            /** @enum {string} */
            what: "late" | "raised" | "raised_again" | "closed" | "unreachable" | "step" | "delivered" | "acknowledged" | "en_route" | "resolved" | "false_alarm";
        };
        AlertList: {
            alerts: components["schemas"]["Alert"][] | null;
            /** @description cursor of the next page; absent on the last page */
            next?: string;
        };
        AlertNote: {
            /** @description why, for people who read it later */
            note?: string;
        };
        AlertNotifications: {
            /**
             * Format: int64
             * @description how many notifications there are in all, also of people whom you may not see and so not in the list. Who was told again has several
             */
            all: number;
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            notifications: components["schemas"]["NotificationEntry"][] | null;
        };
        AlertSettings: {
            /** @description who is told of an alert, by its type: panico, outside_zone, inactividad, sin_movimiento, bateria_baja, sistema or another one. Left out it stays as it is. A type that is left out has the installation's ladder */
            escalation?: {
                [key: string]: components["schemas"]["Ladder"];
            };
            /**
             * Format: int64
             * @description an alert that nobody resolved within so many days of being raised is resolved by rule, in the following night at 02:30 of the company
             */
            unresolved_days: number;
            /** @description of the settings that you saw: 409 with the current ones when it is another by now. Left out, whatever holds is written over */
            version?: string;
        };
        Assignment: {
            reason?: string;
            /** @description the team whose supervisors look after it; none when left out */
            team_id?: string;
            /** @description the worker; nobody when left out */
            user_id?: string;
            /**
             * Format: int64
             * @description of the visit that you saw: 409 with the current visit when it is another by now
             */
            version: number;
        };
        Audit: {
            /**
             * @description in UTC
             * @example 2026-03-09
             */
            day: string;
            /** Format: date-time */
            first_at: string;
            /** Format: date-time */
            last_at: string;
            user_id: string;
        };
        Audits: {
            audits: components["schemas"]["Audit"][] | null;
            /** @description the cursor of the next page; missing on the last */
            next?: string;
        };
        BulkResult: {
            /** @description why it was rejected, as the code of a problem */
            code?: string;
            /** @description a sentence for a person: what is wrong and what to do */
            detail?: string;
            /** @description each part of the item that is wrong */
            errors?: components["schemas"]["FieldError"][] | null;
            /** @description of the visit that was made */
            id?: string;
            /**
             * Format: int64
             * @description its place in the request, from 0
             */
            index: number;
            /** @enum {string} */
            status: "created" | "rejected";
        };
        BulkResults: {
            /** Format: int64 */
            created: number;
            /** Format: int64 */
            rejected: number;
            results: components["schemas"]["BulkResult"][] | null;
        };
        ChangeCompanyInputBody: {
            name?: string;
            /** @enum {string} */
            tracking?: "always" | "on_shift";
            zone?: string;
        };
        Changed: {
            /** @description as it is now. Forget messages before its first_seq and after its last_seq */
            conversation?: components["schemas"]["Conversation"];
            /** @description too many have changed: these are the newest messages instead. Forget all others of this conversation, and read older ones by before_seq */
            gap?: boolean;
            id: string;
            /** @description those that are new or have changed, as they are now, oldest first */
            messages?: components["schemas"]["Message"][] | null;
            /** @description you are no longer in it and may not read it: forget it and its messages */
            removed?: boolean;
        };
        ChangedWebhook: {
            /** @description false turns it off; true when left out */
            active?: boolean;
            /** @description what it is told: alerta.nueva, alerta.tardia, alerta.actualizada, alerta.cerrada, alerta.escalada; all of them when left out */
            events?: string[] | null;
            /** @example Central de monitoreo */
            name: string;
            /**
             * @description where calls go, with https://
             * @example https://example.com/terreno
             */
            url: string;
            /**
             * Format: int64
             * @description of the webhook that you saw; 409 with the current webhook when it is another by now
             */
            version: number;
        };
        Changes: {
            conversations: components["schemas"]["Changed"][] | null;
            more: boolean;
            /** @description keep it: it is since of the next request, now if there is more, else the next time */
            next: string;
            /** @description conversations have become yours, or are no longer, that are perhaps not among these: read the list of your conversations again, and forget those that are not in it */
            reload?: boolean;
        };
        ChangeTeamInputBody: {
            name: string;
        };
        ChangeUserInputBody: {
            active?: boolean;
            /** @description null takes it away */
            email?: string | null;
            name?: string;
            /** @description null takes it away */
            payroll_number?: string | null;
            /** @description null takes it away */
            phone?: string | null;
            /** @enum {string} */
            role?: "admin" | "supervisor" | "colaborador";
            teams?: string[];
        };
        ChangeView: {
            /** @description where the request came from; absent when nobody asked */
            address?: string;
            /** @description absent when there is nothing any more */
            after?: unknown;
            /** Format: date-time */
            at: string;
            /** @description absent when there was nothing; {"omitted_bytes":n} when it is longer than is kept */
            before?: unknown;
            /** @description a user's id; platform/ and an id: an admin of the platform; system/ and a name: Terreno itself */
            by: string;
            /** @description for platform admins */
            company?: string;
            /** @example user/ana */
            entity: string;
            id: string;
            /** @example user.changed */
            what: string;
        };
        ChatPeople: {
            /** @description there are more: ask with q */
            more: boolean;
            people: components["schemas"]["ChatPerson"][] | null;
        };
        ChatPerson: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "supervisor" | "colaborador";
        };
        ChatSettings: {
            /** @description admins may read all conversations, and supervisors those of people whom they see. Everybody is told when this changes, and sees who read its conversations */
            auditing: boolean;
            /** @description who has left a group, or was removed, still reads what it had */
            keep_after_leaving: boolean;
            /**
             * Format: int64
             * @description messages that are older are removed. At first it is 730
             */
            retention_days: number;
            /**
             * Format: int64
             * @description rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now
             */
            version: number;
            /**
             * @description with supervisors, a colaborador writes only with the supervisors of its teams and the admins, in private and in the groups that somebody adds it to from then on. At first it is everybody
             * @enum {string}
             */
            who_talks: "everybody" | "supervisors";
        };
        ChecklistItem: {
            /** @description empty while nobody answered */
            answer: string;
            /** Format: date-time */
            answered_at?: string;
            /** @description id of a user */
            answered_by?: string;
            id: string;
            required: boolean;
            text: string;
        };
        CompanyView: {
            admin?: components["schemas"]["UserView"];
            id: string;
            name: string;
            /** @enum {string} */
            status: "active" | "suspended";
            /** @enum {string} */
            tracking: "always" | "on_shift";
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
            /** @description IANA time zone in which its day begins and ends */
            zone: string;
        };
        Conversation: {
            /** @description you are not in it and read it for auditing: its people can see that you did */
            audited?: boolean;
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /**
             * Format: int64
             * @description up to which message a device of yours has them
             */
            delivered_seq: number;
            /**
             * Format: int64
             * @description the seq of the oldest message that you may read and that is kept
             */
            first_seq: number;
            id: string;
            /** @enum {string} */
            kind: "private" | "group" | "visit" | "team" | "broadcast";
            /**
             * Format: date-time
             * @description when the conversation's newest message came
             */
            last_at: string;
            last_message?: components["schemas"]["Message"];
            /**
             * Format: int64
             * @description the seq of the newest message that you may read; 0 for none
             */
            last_seq: number;
            /** @description you have left, or were removed, and read what you had: the title of then, and of a message that was edited since no more than of a deleted one */
            left?: boolean;
            /** @description of a private conversation and a group. Who is in the others follows from the visit, the team or the company */
            members?: components["schemas"]["Member"][] | null;
            /**
             * Format: int64
             * @description those of them that mention you
             */
            mentions: number;
            /** Format: date-time */
            muted_until?: string;
            /**
             * Format: int64
             * @description up to which message you have read
             */
            read_seq: number;
            /** @enum {string} */
            role: "owner" | "member";
            team_id?: string;
            /** @description of a group and a broadcast; of a visit the title that the visit has now. The others are named after their people or team */
            title?: string;
            /**
             * Format: int64
             * @description messages of others that you have not read, up to 1000
             */
            unread: number;
            /**
             * Format: int64
             * @description rises when the title or the people change; that of chat:conversacion
             */
            version: number;
            visit_id?: string;
            /** @description whether you may write; without it you may only read, as in a private conversation whose other person is deactivated */
            writes: boolean;
        };
        Conversations: {
            conversations: components["schemas"]["Conversation"][] | null;
            /** @description the cursor of the next page; missing on the last */
            next?: string;
        };
        Correction: {
            /** @description key of the check-in or check-out, from the log */
            corrects: string;
            /**
             * Format: date-time
             * @description when it really happened
             */
            occurred_at: string;
            reason?: string;
            /**
             * Format: int64
             * @description of the visit that you saw: 409 with the current visit when it is another by now
             */
            version: number;
        };
        DayActivity: {
            address: string;
            /** Format: date-time */
            changed_at: string;
            /** @description id of a user, *cierre for the close of the day, or *serie for a series */
            changed_by: string;
            /** Format: date-time */
            check_in_at?: string;
            /**
             * Format: double
             * @description from the site; absent if a place is not known
             */
            check_in_distance_m?: number;
            /** Format: date-time */
            check_out_at?: string;
            checklist: components["schemas"]["ChecklistItem"][] | null;
            /** Format: int64 */
            checklist_done: number;
            /** Format: int64 */
            checklist_items: number;
            /**
             * Format: int64
             * @description required items without an answer. A check-out is taken all the same, and the visit says so here
             */
            checklist_missing: number;
            /**
             * Format: date-time
             * @description when it is closed as incompleta if nobody ends it before
             */
            close_at: string;
            /** @description of the place */
            contact: string;
            /** @description the office did or corrected some of the worker's steps */
            corrected: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description id of a user, or *serie for a series */
            created_by: string;
            external_id: string;
            /**
             * Format: date-time
             * @description when it is to be done: at or after from, before until
             */
            from: string;
            id: string;
            /**
             * Format: double
             * @description of the place, or its own; absent for a task without a site
             */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes: string;
            /** @description the worker does not agree with it or with the close, and the office has not answered since */
            objected: boolean;
            place_id: string;
            place_name: string;
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "";
            /**
             * Format: double
             * @description whoever is within it is at the site, metres
             */
            radius_m?: number;
            /** @description why it is incompleta or cancelada; cierre if the end of the day closed it */
            reason: string;
            /**
             * @description its date in the series, which stays when it is moved
             * @example 2026-03-09
             */
            series_date: string;
            /** @description of recurring visits, to which it belongs; empty for any other */
            series_id: string;
            /**
             * Format: date-time
             * @description since when it is in this state
             */
            since: string;
            /** @enum {string} */
            state: "pendiente" | "aceptada" | "en_ruta" | "en_sitio" | "completada" | "incompleta" | "cancelada" | "en_curso" | "en_pausa" | "terminada";
            /** @description the team to which it is given; empty if to none */
            team_id: string;
            /** @enum {string} */
            tipo: "visita" | "tarea" | "jornada";
            title: string;
            /** Format: date-time */
            until?: string;
            /** @description the worker; empty while nobody is assigned */
            user_id: string;
            /** @description empty while nobody is assigned */
            user_name: string;
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
        };
        Decision: {
            reason?: string;
            /**
             * Format: int64
             * @description of the visit that you saw: 409 with the current visit when it is another by now
             */
            version: number;
        };
        DeviceState: {
            app?: string;
            charging?: boolean;
            /** @description empty if the phone gave none */
            device_id: string;
            kind: string;
            /** Format: float */
            level?: number;
            model?: string;
            /** Format: date-time */
            occurred_at: string;
            os?: string;
            /** Format: date-time */
            received_at: string;
            value?: string;
        };
        DeviceStateChange: {
            /** @description of versions; at most 100 characters each */
            app?: string;
            /** @description of battery */
            charging?: boolean;
            /** @description location_permission (always, while_in_use, denied), location_accuracy (precise, reduced), location_services (on, off), battery_saver (on, off), app (opened, closed), airplane_mode (on, off), mock_provider (on, off), battery (level, charging) or versions (app, os, model) */
            kind: string;
            /**
             * Format: double
             * @description of battery: its charge, 0 to 1
             */
            level?: number;
            model?: string;
            /**
             * Format: date-time
             * @description by the clock of the phone, at most 30 days ago
             */
            occurred_at: string;
            os?: string;
            /** @description of the kinds that have values */
            value?: string;
        };
        DeviceStates: {
            /** @description by device and kind */
            states: components["schemas"]["DeviceState"][];
            user_id: string;
        };
        EditInputBody: {
            /** @description ids of people in the conversation; nobody when left out */
            mentions?: string[] | null;
            /** @description at most 8000 characters. Of a location, a photo or a file: what to say beside it */
            text: string;
        };
        EraseInputBody: {
            user_id: string;
        };
        Erasure: {
            /**
             * Format: date-time
             * @description missing while it is under way
             */
            done_at?: string;
            id: string;
            /**
             * Format: int64
             * @description how many were erased so far
             */
            messages: number;
            /** Format: date-time */
            requested_at: string;
            requested_by: string;
            user_id: string;
        };
        Erasures: {
            erasures: components["schemas"]["Erasure"][] | null;
            /** @description the cursor of the next page; missing on the last */
            next?: string;
        };
        FieldAction: {
            /** Format: double */
            accuracy_m?: number;
            /** @description to the checklist */
            answers?: components["schemas"]["ActivityAnswer"][];
            device_id?: string;
            /**
             * Format: double
             * @description where the phone was
             */
            lat?: number;
            /** Format: double */
            lon?: number;
            /** @description the phone says that the position is made up */
            mock?: boolean;
            /**
             * Format: date-time
             * @description when it happened, at most 30 days ago; now when left out
             */
            occurred_at?: string;
            /** @description why: needed to fail, for a check-in that is far from the site if the company asks for one, and from the office */
            reason?: string;
            /**
             * Format: int64
             * @description that the office saw, when it acts for the worker; a worker sends none
             */
            version?: number;
        };
        FieldError: {
            /**
             * @description where, such as body.positions[3].lat
             * @example query.limit
             */
            location?: string;
            message: string;
        };
        FileInfo: {
            /** Format: int64 */
            bytes: number;
            id: string;
            name: string;
            type: string;
        };
        Hit: {
            conversation_id: string;
            message: components["schemas"]["Message"];
        };
        Hits: {
            hits: components["schemas"]["Hit"][] | null;
            /** @description the cursor of the next page; missing on the last */
            next?: string;
        };
        Holiday: {
            /**
             * Format: date
             * @example 2026-12-25
             */
            date: string;
            /** @example Navidad */
            name: string;
        };
        HolidayList: {
            /** @description by date */
            holidays: components["schemas"]["Holiday"][] | null;
            /** Format: date-time */
            updated_at?: string;
            /** @description id of a user */
            updated_by?: string;
            /** Format: int64 */
            version: number;
        };
        HoursApproval: {
            /** Format: date-time */
            approved_at: string;
            /** @description id of a user */
            approved_by: string;
            /** @description the first day */
            from: string;
            id: string;
            /**
             * Format: int64
             * @description what arrived after the approval: it is in the log with the rule locked, and counts if the hours are reopened
             */
            late: number;
            /** @description why it was reopened */
            reason?: string;
            /**
             * Format: date-time
             * @description absent while it holds
             */
            reopened_at?: string;
            reopened_by?: string;
            /** @description the last day */
            to: string;
        };
        HoursApprove: {
            /**
             * Format: date
             * @description the first day
             */
            from: string;
            /**
             * Format: date
             * @description the last day; it is over
             */
            to: string;
            user_id: string;
            /** @description of the hours of exactly this period that you saw: when they have changed, 409 with the hours as they are now */
            version: string;
        };
        HoursDay: {
            approved: boolean;
            /**
             * Format: int64
             * @description shifts of which the office entered or corrected something
             */
            corrected: number;
            /** @example 2026-03-09 */
            day: string;
            /**
             * Format: int64
             * @description shifts that nobody ended
             */
            forced: number;
            /**
             * Format: int64
             * @description shifts with an objection that nobody has answered
             */
            objected: number;
            /** @description a shift lasts */
            open: boolean;
            /**
             * Format: int64
             * @description seconds of pauses
             */
            paused_s: number;
            /**
             * Format: int64
             * @description seconds of planned work
             */
            planned_s: number;
            /** Format: int64 */
            shifts: number;
            /**
             * Format: int64
             * @description seconds of shifts without their pauses; of a shift that lasts, up to now
             */
            worked_s: number;
        };
        HoursList: {
            /** @description by the id of the user. A page has at most 3,100 days in all */
            hours: components["schemas"]["UserHours"][] | null;
            /** @description cursor of the next page; absent on the last page */
            next?: string;
        };
        HoursReopen: {
            /** @description of the approval */
            id: string;
            reason: string;
            user_id: string;
        };
        ImportReport: {
            /** @description the company is now as the file says; false when the file was only checked, or a line is wrong and so nothing was changed */
            applied: boolean;
            /** Format: int64 */
            changed: number;
            /** @description the columns that were read; a field without a column stays as it is */
            columns: string[] | null;
            /** Format: int64 */
            created: number;
            /** @description names of columns that mean nothing here */
            ignored_columns?: string[] | null;
            lines: components["schemas"]["LineView"][] | null;
            /** Format: int64 */
            unchanged: number;
            /**
             * Format: int64
             * @description lines that are wrong; nothing is changed while there is one
             */
            wrong: number;
        };
        InactivitySettings: {
            /** @enum {string} */
            expected: "auto" | "shifts" | "hours" | "always";
            hours: components["schemas"]["WorkWindow"][];
            /** @description of that user, team or company; absent while nobody has decided */
            id?: string;
            /** Format: int64 */
            low_battery_pct: number;
            /** Format: int64 */
            movement_after_s: number;
            /**
             * @description whose settings these are: for a user its own, else of its teams those that wait longest, else the company's, else what holds while nobody has decided
             * @enum {string}
             */
            scope: "user" | "team" | "company" | "default";
            /** Format: int64 */
            silence_after_s: number;
            /** Format: date-time */
            updated_at?: string;
            /** @description id of a user */
            updated_by?: string;
            /**
             * Format: int64
             * @description of what was decided for exactly whom you asked; 0 if nothing was: then what scope and id name holds
             */
            version: number;
        };
        JobView: {
            about: string;
            /**
             * @description local time of each company, of a daily job
             * @example 22:00
             */
            at?: string;
            /**
             * Format: int64
             * @description seconds between two runs, of a job for all companies
             */
            every_s?: number;
            last_run?: components["schemas"]["RunView"];
            name: string;
            /** Format: date-time */
            next_due_at?: string;
            /** @description who runs it */
            service: string;
        };
        Jwk: {
            /** @example EdDSA */
            alg: string;
            /** @example Ed25519 */
            crv: string;
            kid: string;
            /** @example OKP */
            kty: string;
            /** @example sig */
            use: string;
            /** @description the public key, base64url */
            x: string;
        };
        JwksOutputBody: {
            /** @description the key that signs, the next one, and retired ones whose tokens may still be good */
            keys: components["schemas"]["Jwk"][] | null;
        };
        Ladder: {
            /**
             * Format: int64
             * @description how often everybody is told again
             */
            repeat_limit: number;
            /**
             * Format: int64
             * @description after the last step everybody is told again every so many seconds, at least 60; 0 for never
             */
            repeat_s: number;
            /** @description each tells people who were not told yet. Without steps nobody is told. A panic has a first step within 60 seconds */
            steps: components["schemas"]["Step"][] | null;
        };
        LineErrorView: {
            /**
             * @description stable name of what is wrong
             * @example team_not_found
             */
            code: string;
            /** @description as in columns; absent when the whole line is wrong */
            column?: string;
            /** @description a sentence for a person: what is wrong and what to do */
            detail: string;
        };
        LineView: {
            /** @description the columns in which a user differs from what stands */
            changed?: string[] | null;
            errors?: components["schemas"]["LineErrorView"][] | null;
            /** @description of the user; absent while a new user has none */
            id?: string;
            /**
             * Format: int64
             * @description where it begins in the file, counted from 1
             */
            line: number;
            name: string;
            /** @enum {string} */
            outcome: "created" | "changed" | "unchanged" | "wrong";
        };
        ListChangesOutputBody: {
            /** @description the newest first */
            changes: components["schemas"]["ChangeView"][] | null;
            /** @description cursor of the next page */
            next?: string;
        };
        ListCompaniesOutputBody: {
            companies: components["schemas"]["CompanyView"][] | null;
            /** @description cursor of the next page */
            next?: string;
        };
        ListOutputBody: {
            jobs: components["schemas"]["JobView"][] | null;
        };
        ListTeamsOutputBody: {
            /** @description cursor of the next page */
            next?: string;
            teams: components["schemas"]["TeamView"][] | null;
        };
        ListUsersOutputBody: {
            /** @description cursor of the next page */
            next?: string;
            users: components["schemas"]["UserView"][] | null;
        };
        LoginInputBody: {
            /** @description id_empresa, in capital or small letters; may be left out when only one company has the login */
            company?: string;
            /** @description for pages of this origin: the refresh token comes in a cookie that no script can read, and not in the answer */
            cookie?: boolean;
            /** @description e-mail address, phone or payroll number */
            login: string;
            password: string;
        };
        Marks: {
            /**
             * Format: int64
             * @description up to which message a device of yours has them
             */
            delivered_seq: number;
            /**
             * Format: int64
             * @description up to which message you have read
             */
            read_seq: number;
        };
        Member: {
            /** Format: int64 */
            delivered_seq: number;
            /** Format: int64 */
            read_seq: number;
            /** @enum {string} */
            role: "owner" | "member";
            user_id: string;
        };
        MembersInputBody: {
            /** @description ids of all its members */
            users: string[] | null;
        };
        Message: {
            /** Format: double */
            accuracy_m?: number;
            /** @description the sender's own name for it: the Idempotency-Key with which it was sent */
            client_id: string;
            /**
             * Format: date-time
             * @description when the service stored it
             */
            created_at: string;
            /**
             * Format: date-time
             * @description its sender deleted it for all, or changed it after you had left: it says nothing any more
             */
            deleted_at?: string;
            /** Format: date-time */
            edited_at?: string;
            file?: components["schemas"]["FileInfo"];
            /** @enum {string} */
            kind: "text" | "location" | "photo" | "file" | "system";
            /** Format: double */
            lat?: number;
            /** Format: double */
            lon?: number;
            mentions?: string[] | null;
            /** Format: int64 */
            reply_to?: number;
            sender_id: string;
            /**
             * Format: date-time
             * @description when it was written, if the clock of the sender's device can be believed
             */
            sent_at?: string;
            /**
             * Format: int64
             * @description 1, 2, 3 and so on in its conversation, without a gap
             */
            seq: number;
            /** @description what it says, never HTML. Of a line of the system: created, joined, left, removed or renamed */
            text?: string;
            /**
             * Format: int64
             * @description rises when the message is changed
             */
            version: number;
        };
        Messages: {
            messages: components["schemas"]["Message"][] | null;
            /** @description there are more in this direction */
            more: boolean;
        };
        MeView: {
            active: boolean;
            /** @description absent for platform admins, who have none */
            company?: components["schemas"]["CompanyView"];
            email?: string;
            id: string;
            name: string;
            payroll_number?: string;
            phone?: string;
            /** @enum {string} */
            role: "admin" | "supervisor" | "colaborador" | "platform_admin";
            /** @description ids of the teams that a colaborador works in or a supervisor watches */
            teams: string[] | null;
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
        };
        Move: {
            /**
             * Format: date
             * @description at whatever hour of this day of the company: until its close
             * @example 2026-03-09
             */
            day?: string;
            /**
             * Format: date-time
             * @description in place of day, with until
             */
            from?: string;
            reason?: string;
            /** Format: date-time */
            until?: string;
            /**
             * Format: int64
             * @description of the visit that you saw: 409 with the current visit when it is another by now
             */
            version: number;
        };
        MyDay: {
            /** @description whose window overlaps the day, and what is open from days before, by the beginning of their window; at most 500 */
            activities: components["schemas"]["DayActivity"][] | null;
            day: string;
            /** @description your planned work that overlaps the day, whole, in order; without holidays unless your plan says so */
            planned: components["schemas"]["PlannedWindow"][] | null;
            settings: components["schemas"]["ActivitySettings"];
            /** @description that last or lasted on this day, the newest first */
            shifts: components["schemas"]["Shift"][] | null;
            /**
             * @description the company's time zone
             * @example America/Bogota
             */
            zone: string;
        };
        NewActivities: {
            activities: components["schemas"]["NewActivity"][];
        };
        NewActivity: {
            checklist?: components["schemas"]["ActivityItem"][];
            /**
             * Format: date
             * @description at whatever hour of this day of the company: until its close
             * @example 2026-03-09
             */
            day?: string;
            /** @description the company's own name for it, unique in the company */
            external_id?: string;
            /**
             * Format: date-time
             * @description in place of day, with until
             */
            from?: string;
            /** @description unique in the company: A-Z, a-z, 0-9, _ and -; made up when left out */
            id?: string;
            /** Format: double */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes?: string;
            /** @description where it is; or lat and lon */
            place_id?: string;
            /**
             * @description normal when left out
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /**
             * Format: double
             * @description with lat and lon; 100 when left out
             */
            radius_m?: number;
            /** @description the team whose supervisors look after it */
            team_id?: string;
            /**
             * @description visita when left out; a tarea needs no place
             * @enum {string}
             */
            tipo?: "visita" | "tarea";
            /** @example Revisar la bomba */
            title: string;
            /** Format: date-time */
            until?: string;
            /** @description the worker */
            user_id?: string;
        };
        NewCompanyInputBody: {
            /** @description its first admin */
            admin?: components["schemas"]["Person"];
            /** @description id_empresa: 1 to 64 of A-Z a-z 0-9 _ -; it can never be changed */
            id: string;
            name: string;
            /**
             * @default always
             * @enum {string}
             */
            tracking: "always" | "on_shift";
            /** @example America/Mexico_City */
            zone: string;
        };
        NewConversation: {
            /** @enum {string} */
            kind: "private" | "group" | "visit" | "team" | "broadcast";
            team_id?: string;
            /** @description of a group or a broadcast, at most 100 characters */
            title?: string;
            /** @description of a private conversation the other one; of a group the others */
            user_ids?: string[] | null;
            visit_id?: string;
        };
        NewDeviceStates: {
            /** @description the same as with positions; no control characters */
            device_id?: string;
            states: components["schemas"]["DeviceStateChange"][];
        };
        NewHolidays: {
            holidays: components["schemas"]["Holiday"][];
            /**
             * Format: int64
             * @description of the holidays that you saw, 0 if there were none: 409 with the current ones when it is another by now
             */
            version: number;
        };
        NewInactivitySettings: {
            /**
             * @description when people are expected to report. auto: in their shifts if the company had one in the last 30 days, else in hours if there are any here or in the company's settings, else always. With hours and always only whoever has reported in the last 30 days is expected. A company that tracks people only in their shifts expects nobody outside them, whatever is said here
             * @enum {string}
             */
            expected: "auto" | "shifts" | "hours" | "always";
            /** @description weekly hours of work. Without any, a team or a user has those of the company */
            hours?: components["schemas"]["WorkWindow"][] | null;
            /**
             * Format: int64
             * @description at which charge of a phone that does not charge there is an alert, percent: 0 for never; at first 15. Left out or null, what holds goes on
             */
            low_battery_pct?: number;
            /**
             * Format: int64
             * @description how long somebody may stay at one spot before an alert, seconds: 0 for never, else at least 300
             */
            movement_after_s?: number;
            /**
             * Format: int64
             * @description how long somebody may send no position before an alert, seconds; at first 1800
             */
            silence_after_s: number;
            /**
             * Format: int64
             * @description of the settings that you saw, 0 if there were none: 409 with the current ones when it is another by now
             */
            version: number;
        };
        NewMembers: {
            user_ids: string[] | null;
        };
        NewMessage: {
            /** Format: double */
            accuracy_m?: number;
            /** @description of a file that you have sent into this conversation */
            file_id?: string;
            /**
             * @description text when left out
             * @enum {string}
             */
            kind?: "text" | "location" | "photo" | "file";
            /** Format: double */
            lat?: number;
            /** Format: double */
            lon?: number;
            /** @description ids of people in the conversation */
            mentions?: string[] | null;
            /**
             * Format: int64
             * @description the seq of the message that it answers
             */
            reply_to?: number;
            /**
             * Format: date-time
             * @description when it was written. It is left out if it lies more than 30 days back or 5 minutes ahead: then the clock of the device is wrong
             */
            sent_at?: string;
            /** @description at most 8000 characters. Of a location, a photo or a file: what to say beside it */
            text?: string;
        };
        NewMute: {
            /**
             * Format: date-time
             * @description null to be told again
             */
            until: string | null;
        };
        NewPlace: {
            /** @example Calle 100 # 11-20, Bogotá */
            address?: string;
            /** @description it is hidden from lists and gets no new visits */
            archived?: boolean;
            /**
             * @description whom to ask for, and how to reach them
             * @example María Núñez, 300 123 4567
             */
            contact?: string;
            /**
             * @description the company's own name for it, unique in the company
             * @example CLI-00123
             */
            external_id?: string;
            /** @description unique in the company: A-Z, a-z, 0-9, _ and -; made up when left out */
            id?: string;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /** @example Panadería La Ñapa */
            name: string;
            notes?: string;
            /**
             * Format: double
             * @description whoever is within it is at the place, metres; 100 when left out
             */
            radius_m?: number;
            /**
             * Format: int64
             * @description a replacement needs it: of the place that you saw; 409 with the current place when it is another by now
             */
            version?: number;
        };
        NewRole: {
            /** @enum {string} */
            role: "owner" | "member";
        };
        NewSeries: {
            /**
             * Format: date
             * @description local date from which the rule counts, at most a year back and two years ahead
             * @example 2026-03-09
             */
            first_date: string;
            /**
             * @description local time at which each visit may begin; left out together with until for the whole day, until its close
             * @example 08:30
             */
            from?: string;
            /** @example FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261231 */
            rule: string;
            /**
             * @description local time; one that is not after from is on the next day
             * @example 10:00
             */
            until?: string;
            /** @description what each visit is; external_id is left out, because it names one visit */
            visit: components["schemas"]["SeriesVisit"];
            /**
             * @description the company's time zone, to be sure that both sides mean the same: another one is refused
             * @example America/Bogota
             */
            zone?: string;
        };
        NewShiftPlan: {
            /** @description holidays are days like others */
            on_holidays?: boolean;
            /**
             * Format: int64
             * @description of the plan that you saw, 0 if it had none: 409 with the current plan when it is another by now
             */
            version: number;
            /** @description they do not overlap. None: nothing is planned */
            windows: components["schemas"]["PlanWindow"][];
            /**
             * @description IANA time zone of the windows; the company's when left out
             * @example America/Tijuana
             */
            zone?: string;
        };
        NewTeamClose: {
            /**
             * @description local time from 12:00 to 23:59; empty to close with the company. The close of a visit is that of its team, else of its worker's teams the latest, else the company's
             * @example 20:00
             */
            close_at: string;
        };
        NewTeamInputBody: {
            /** @description made up when left out */
            id?: string;
            name: string;
        };
        NewTitle: {
            /** @description at most 100 characters */
            title: string;
            /**
             * Format: int64
             * @description of the conversation that you saw: 409 with the current one when it is another by now
             */
            version: number;
        };
        NewUserInputBody: {
            email?: string;
            /** @description made up when left out */
            id?: string;
            name: string;
            /** @description without one the user cannot sign in until an admin sets it */
            password?: string;
            payroll_number?: string;
            phone?: string;
            /** @enum {string} */
            role: "admin" | "supervisor" | "colaborador";
            teams?: string[] | null;
        };
        NewWebhook: {
            /** @description false turns it off; true when left out */
            active?: boolean;
            /** @description what it is told: alerta.nueva, alerta.tardia, alerta.actualizada, alerta.cerrada, alerta.escalada; all of them when left out */
            events?: string[] | null;
            /** @example Central de monitoreo */
            name: string;
            /**
             * @description where calls go, with https://
             * @example https://example.com/terreno
             */
            url: string;
        };
        NewZone: {
            geometry: components["schemas"]["ZoneGeometry"];
            /**
             * @description unique in the company: a text of 1 to 64 characters of A-Z, a-z, 0-9, _ and -, or a whole number, which is read as text; made up when left out
             * @example centro
             */
            id?: string;
            properties: components["schemas"]["NewZoneProperties"];
            /** @enum {string} */
            type: "Feature";
        };
        NewZoneProperties: {
            /**
             * Format: int64
             * @description positions in a row that confirm a side; the company's when left out
             */
            confirm_fixes?: number;
            /**
             * Format: int64
             * @description seconds that they span at least; the company's when left out
             */
            confirm_s?: number;
            /**
             * Format: double
             * @description how far outside the zone is still near it, metres; the company's when left out
             */
            exit_buffer_m?: number;
            /**
             * @description unique in the company, whatever its case
             * @example Centro
             */
            name: string;
            /**
             * Format: double
             * @description of a circle, 1 to 100,000 metres
             */
            radius_m?: number;
            /** @description when the zone applies, in the company's time; always when left out */
            schedule?: components["schemas"]["Window"][];
            /**
             * Format: int64
             * @description of the zone that was edited: a replacement is refused when it is another by now
             */
            version?: number;
            /**
             * Format: double
             * @description of a corridor, from one side to the other, 1 to 20,000 metres
             */
            width_m?: number;
        };
        Notification: {
            body: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            delivered_at?: string;
            id: string;
            /** @example visit_new */
            kind: string;
            /** Format: date-time */
            opened_at?: string;
            /**
             * Format: date-time
             * @description absent while it is unread
             */
            read_at?: string;
            /** @description what it is about: alert/ID, visit/ID or conversation/ID; empty if it is about no single thing */
            ref: string;
            title: string;
            urgent: boolean;
        };
        NotificationDelivery: {
            /** Format: int64 */
            attempts: number;
            /** Format: date-time */
            done_at?: string;
            platform: string;
            /** Format: date-time */
            queued_at: string;
            /** @description why it failed or was skipped */
            reason: string;
            /** @enum {string} */
            state: "queued" | "sent" | "failed" | "skipped" | "expired";
            token_id: string;
        };
        NotificationEntry: {
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description when a device showed it
             */
            delivered_at?: string;
            deliveries: components["schemas"]["NotificationDelivery"][] | null;
            id: string;
            kind: string;
            /** Format: date-time */
            opened_at?: string;
            /** Format: date-time */
            read_at?: string;
            ref: string;
            /** @description why no device was told: off (the user turned the kind off), quiet (quiet hours), no_device, expired; outdated when a newer notification says it; empty otherwise */
            skipped: string;
            urgent: boolean;
            /**
             * Format: date-time
             * @description after this no device is told
             */
            useful_until: string;
            user_id: string;
            /** @description empty for a user who is no longer known */
            user_name: string;
        };
        NotificationList: {
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            notifications: components["schemas"]["Notification"][] | null;
            /**
             * Format: int64
             * @description how many of all are unread
             */
            unread: number;
        };
        NotificationLog: {
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            notifications: components["schemas"]["NotificationEntry"][] | null;
        };
        NotificationPreferences: {
            /**
             * @description of the texts; absent for that of the device
             * @enum {string}
             */
            language?: "es" | "en";
            /**
             * @description kinds that no device tells of; they are still listed. Not panic
             * @example [
             *       "visit_moved"
             *     ]
             */
            off: string[];
            /** @description no device tells of anything but calls for help; absent for no quiet hours */
            quiet?: components["schemas"]["QuietHours"];
        };
        NotificationPreferencesView: {
            /** @description the kinds that can be turned off */
            kinds: string[] | null;
            /**
             * @description of the texts; absent for that of the device
             * @enum {string}
             */
            language?: "es" | "en";
            /**
             * @description kinds that no device tells of; they are still listed. Not panic
             * @example [
             *       "visit_moved"
             *     ]
             */
            off: string[];
            /** @description no device tells of anything but calls for help; absent for no quiet hours */
            quiet?: components["schemas"]["QuietHours"];
            /**
             * Format: int64
             * @description rises with every change; 0 while you decided nothing
             */
            version: number;
            /**
             * @description the time zone of the quiet hours
             * @example America/Bogota
             */
            zone: string;
        };
        NotificationText: {
            body: string;
            kind: string;
            language: string;
            name: string;
            title: string;
        };
        NotificationTexts: {
            texts: components["schemas"]["NotificationText"][] | null;
        };
        Objection: {
            /** @description what is wrong. It stays in the log: nobody can remove it */
            text: string;
        };
        Panic: {
            /**
             * @description waiting: the database is away, and pushes and escalation begin when it is back
             * @enum {string}
             */
            escalation: "running" | "waiting";
            /** @description of the alert, also while it is not stored yet */
            id: string;
            /** @description true: the sockets of those who watch over the person hear it now */
            published: boolean;
            /**
             * Format: date-time
             * @description when this request says that the person called; of a repeated call the alert keeps the earliest
             */
            started_at: string;
            tracking: components["schemas"]["PanicTracking"];
        };
        PanicRequest: {
            /** Format: double */
            accuracy_m?: number;
            /**
             * Format: double
             * @description 0 to 1
             */
            battery?: number;
            /** Format: double */
            lat?: number;
            /** Format: double */
            lon?: number;
            /** @description at most 1,000 characters; the rest is cut off */
            note?: string;
            /**
             * Format: date-time
             * @description when the person called, by the phone's clock; now, if it is left out, in the future or older than a week
             */
            occurred_at?: string;
        };
        PanicTracking: {
            /** Format: int64 */
            interval_s: number;
        };
        PasswordInputBody: {
            /** @description needed to change your own */
            old_password?: string;
            /** @description the new one, 8 characters at least */
            password: string;
        };
        PatternCollection: {
            features: components["schemas"]["PatternFeature"][] | null;
            /** @enum {string} */
            type: "FeatureCollection";
        };
        PatternFeature: {
            geometry: components["schemas"]["RouteLine"];
            /** @description empty */
            properties: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            type: "Feature";
        };
        Person: {
            email?: string;
            /** @description made up when left out */
            id?: string;
            name: string;
            /** @description without one the user cannot sign in until an admin sets it */
            password?: string;
            payroll_number?: string;
            phone?: string;
            teams?: string[] | null;
        };
        Place: {
            address: string;
            archived: boolean;
            contact: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: double
             * @description from the point of the list
             */
            distance_m?: number;
            external_id: string;
            id: string;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            name: string;
            notes: string;
            /** Format: double */
            radius_m: number;
            /** Format: date-time */
            updated_at: string;
            /** @description id of a user */
            updated_by: string;
            /** Format: int64 */
            version: number;
        };
        PlaceImportError: {
            /** @example validation_failed */
            code: string;
            /** @description as in columns; absent when the whole line is wrong */
            column?: string;
            /** @description a sentence for a person: what is wrong and what to do */
            detail: string;
        };
        PlaceImportLine: {
            error?: components["schemas"]["PlaceImportError"];
            /** @description of the place */
            id?: string;
            /**
             * Format: int64
             * @description where it begins in the file, counted from 1
             */
            line: number;
            name: string;
            /** @enum {string} */
            outcome: "created" | "changed" | "unchanged" | "wrong";
        };
        PlaceImportReport: {
            /** @description the company's places are now as the file says; false when the file was only checked, or a line is wrong and so nothing was changed */
            applied: boolean;
            /** Format: int64 */
            changed: number;
            /** Format: int64 */
            created: number;
            /**
             * @description as which the file was read: check the accents when it is not UTF-8
             * @enum {string}
             */
            encoding: "utf-8" | "windows-1252";
            /** @description names of columns that mean nothing here */
            ignored_columns?: string[] | null;
            lines: components["schemas"]["PlaceImportLine"][] | null;
            /** Format: int64 */
            unchanged: number;
            /**
             * Format: int64
             * @description lines that are wrong; nothing is changed while there is one
             */
            wrong: number;
        };
        PlaceList: {
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            places: components["schemas"]["Place"][] | null;
        };
        PlannedWindow: {
            /** @description the local date on which it begins, to which all of it belongs */
            day: string;
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            until: string;
        };
        PlannedWork: {
            /** @description of the company in the period. The windows are without them unless the plan says so */
            holidays: components["schemas"]["Holiday"][] | null;
            /**
             * @description whose plan holds; none: nobody has one
             * @enum {string}
             */
            source: "user" | "team" | "company" | "none";
            user_id: string;
            /** @description that overlap the period, whole, in order */
            windows: components["schemas"]["PlannedWindow"][] | null;
            /**
             * @description the company's time zone
             * @example America/Bogota
             */
            zone: string;
        };
        PlanWindow: {
            /**
             * Format: int64
             * @description of the week, on which it begins: 1 is Monday, 7 is Sunday
             */
            day: number;
            /**
             * @description local time
             * @example 18:00
             */
            from: string;
            /**
             * @description local time; if it is not after from, it is on the next day
             * @example 06:00
             */
            to: string;
        };
        Position: {
            /** Format: float */
            accuracy_m?: number;
            activity: string;
            /** Format: float */
            altitude_m?: number;
            /** Format: float */
            battery?: number;
            /** Format: float */
            bearing_deg?: number;
            charging?: boolean;
            device_id: string;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            mock: boolean;
            /** Format: date-time */
            received_at: string;
            /** Format: date-time */
            recorded_at: string;
            /** Format: float */
            speed_mps?: number;
            user_id: string;
        };
        PositionList: {
            /** @description cursor of the next page; absent on the last */
            next?: string;
            positions: components["schemas"]["Position"][] | null;
        };
        PostedPosition: {
            /**
             * Format: float
             * @description radius that holds the true position with 68 % probability; leave it out when the device knows none, and 25 m are assumed where zones are judged; a value that cannot be read, and one out of range, counts as the worst, 20000000, and is stored and shown as that
             */
            accuracy_m?: number;
            /** @example walking */
            activity?: string;
            /**
             * Format: float
             * @description this field and those below it but mock are left out when they cannot be read or are out of range; the position is taken without them; a number in quotes is read
             */
            altitude_m?: number;
            /** Format: float */
            battery?: number;
            /** Format: float */
            bearing_deg?: number;
            /** @description 0, 1 and the texts true, false, yes, no, 0, 1 are read too */
            charging?: boolean;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            /** @description an app made the position up; 0, 1 and the texts true, false, yes, no, 0, 1 are read too; what cannot be read counts as true */
            mock?: boolean;
            /**
             * Format: date-time
             * @description when the device took it, RFC 3339 (T and Z may be small, a leap second, 60, is read as the second after it); at most 2 minutes ahead and not older than positions are kept
             */
            recorded_at: string;
            /** Format: float */
            speed_mps?: number;
        };
        PresencePage: {
            /** @description cursor of the next page; left out at the end */
            next?: string;
            users: components["schemas"]["UserPresence"][] | null;
        };
        PresenceSettings: {
            /**
             * @description whether people are seen online always, or only in their shifts: outside them they are shown as hidden, without when they were last seen. An open call for help counts as a shift. At first it is always
             * @enum {string}
             */
            presence: "always" | "on_shift";
            /**
             * Format: int64
             * @description rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now
             */
            version: number;
        };
        ProblemDetails: {
            /**
             * @description stable name of the problem
             * @example validation_failed
             */
            code: string;
            /** @description with a 409 of an operation that says so: the thing as it is now, as its GET returns it */
            current?: unknown;
            /** @description a sentence for a person: what is wrong and what to do */
            detail: string;
            /** @description each part of the request that is wrong */
            errors?: components["schemas"]["FieldError"][] | null;
            /** @description name it when you ask for help */
            request_id?: string;
            /** Format: int64 */
            status: number;
            /** @description the status in words */
            title: string;
            /** @description always about:blank: what kind of problem it is, code says */
            type: string;
        };
        PushToken: {
            app: string;
            /** Format: date-time */
            created_at: string;
            id: string;
            /** @description empty, es or en */
            language: string;
            /** @enum {string} */
            platform: "android" | "ios" | "web";
            /**
             * Format: date-time
             * @description when it was last seen. After 60 days it takes only calls for help, after 270 it is removed
             */
            seen_at: string;
        };
        PushTokenBody: {
            /**
             * @description which app, and its version
             * @example terreno-android 2.3
             */
            app?: string;
            /**
             * @description of the device; what the user decided comes first
             * @enum {string}
             */
            language?: "es" | "en";
            /** @enum {string} */
            platform: "android" | "ios" | "web";
        };
        PushTokenList: {
            tokens: components["schemas"]["PushToken"][] | null;
        };
        QuietHours: {
            /** @example 22:00 */
            from: string;
            /**
             * @description of the next day if it is the earlier time
             * @example 07:00
             */
            until: string;
        };
        ReadBody: {
            /** @description id of the newest notification that was shown; it and all older ones are read then */
            until: string;
        };
        Receipt: {
            conversation_id: string;
            /** Format: int64 */
            delivered_seq?: number;
            /** Format: int64 */
            read_seq?: number;
        };
        ReceiptAnswer: {
            /** @description why this receipt was refused: not_found or receipt_ahead. Nothing was changed in its conversation then */
            code?: string;
            conversation_id: string;
            /**
             * Format: int64
             * @description up to which message a device of yours has them
             */
            delivered_seq: number;
            detail?: string;
            /**
             * Format: int64
             * @description up to which message you have read
             */
            read_seq: number;
        };
        ReceiptAnswers: {
            receipts: components["schemas"]["ReceiptAnswer"][] | null;
        };
        ReceiptInputBody: {
            /**
             * Format: int64
             * @description of the newest message that it is about; those before are meant, too
             */
            seq: number;
        };
        ReceiptsInputBody: {
            receipts: components["schemas"]["Receipt"][] | null;
        };
        RefreshInputBody: {
            refresh_token: string;
        };
        RejectedState: {
            /** @enum {string} */
            code: "unreadable" | "unknown_kind" | "value_invalid" | "occurred_too_long_ago" | "occurred_ahead";
            detail: string;
            /**
             * Format: int64
             * @description of the line, from 0
             */
            index: number;
        };
        Rejection: {
            /** @example coordinates_out_of_range */
            code: string;
            detail: string;
            /**
             * Format: int64
             * @description place in positions, from 0
             */
            index: number;
        };
        ReminderSettings: {
            /** @description remind who has not checked in at the first visit of the day */
            first_visit: boolean;
            /**
             * Format: int64
             * @description so many minutes after the window of the visit began
             */
            first_visit_after_min: number;
            /** @description tell people in the morning how many tasks are overdue or due on the day */
            pending: boolean;
            /**
             * @description local time of the company, 04:00 to 14:00; each company is up to 20 minutes later, always as much
             * @example 09:00
             */
            pending_at: string;
            /** @description ask who is still on shift an hour after the end of the planned work whether the shift is over */
            shift_open: boolean;
            /**
             * Format: int64
             * @description who has no plan is asked so many hours after the shift began
             */
            shift_open_after_h: number;
            /** @description tell people in the evening how many visits they have tomorrow */
            tomorrow: boolean;
            /**
             * @description local time of the company, 12:00 to 22:00; each company is up to 20 minutes later, always as much
             * @example 18:00
             */
            tomorrow_at: string;
            /**
             * Format: int64
             * @description rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now
             */
            version: number;
        };
        RequestInputBody: {
            /** @description for platform admins; left out: all companies */
            company?: string;
            /**
             * @description of a daily job; left out: the last date whose time has come
             * @example 2026-03-08
             */
            date?: string;
        };
        Resolution: {
            /** @description why, for people who read it later */
            note?: string;
            /**
             * @description false_alarm: nothing was wrong; the note says why. Left out: it is taken care of
             * @enum {string}
             */
            resolution?: "false_alarm";
        };
        RouteCollection: {
            features: components["schemas"]["RouteFeature"][] | null;
            /** @enum {string} */
            type: "FeatureCollection";
        };
        RouteFeature: {
            geometry: components["schemas"]["RouteLine"];
            properties: components["schemas"]["RouteProperties"];
            /** @enum {string} */
            type: "Feature";
        };
        RouteLine: {
            /** @description longitude and latitude */
            coordinates: (number[] | null)[] | null;
            /** @enum {string} */
            type: "LineString";
        };
        RouteProperties: {
            /** Format: double */
            distance_m: number;
            /** Format: date-time */
            from_at: string;
            /** @description when the user was at each of the coordinates */
            times: string[] | null;
            /** Format: date-time */
            until_at: string;
        };
        RunsOutputBody: {
            /** @description cursor of the next page */
            next?: string;
            /** @description the newest first */
            runs: components["schemas"]["RunView"][] | null;
        };
        RunView: {
            /** Format: int64 */
            attempts: number;
            /** @description absent: the run was for all companies */
            company?: string;
            /** Format: date-time */
            due_at: string;
            /** @description why it failed or was skipped */
            error?: string;
            /** Format: date-time */
            finished_at?: string;
            job: string;
            /** @description began well after it was due */
            late?: boolean;
            /**
             * Format: int64
             * @description slots before this one that were passed over
             */
            missed?: number;
            /** @description who asked for it; absent: its time came */
            requested_by?: string;
            /** @description the local date, or the instant, that it was for */
            slot: string;
            /** Format: date-time */
            started_at?: string;
            /** @enum {string} */
            state: "due" | "running" | "done" | "failed" | "skipped";
        };
        SeriesEnd: {
            /**
             * @description why; the visits that are cancelled have it too
             * @example El cliente terminó el contrato
             */
            reason: string;
        };
        SeriesVisit: {
            checklist?: components["schemas"]["ActivityItem"][];
            /** @description the company's own name for it, unique in the company */
            external_id?: string;
            /** Format: double */
            lat?: number;
            /** Format: double */
            lon?: number;
            notes?: string;
            /** @description where it is; or lat and lon */
            place_id?: string;
            /**
             * @description normal when left out
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /**
             * Format: double
             * @description with lat and lon; 100 when left out
             */
            radius_m?: number;
            /** @description the team whose supervisors look after it */
            team_id?: string;
            /**
             * @description visita when left out; a tarea needs no place
             * @enum {string}
             */
            tipo?: "visita" | "tarea";
            /** @example Revisar la bomba */
            title: string;
            /** @description the worker */
            user_id?: string;
        };
        Shift: {
            /**
             * Format: date-time
             * @description when it is closed if nobody ends it; work at night may move it
             */
            close_at: string;
            /** @description the office entered or corrected some of it */
            corrected: boolean;
            /**
             * Format: date-time
             * @description absent while it lasts
             */
            ended_at?: string;
            /** @description nobody ended it: the close of the day did, the limit of 36 hours, or the beginning of approved hours */
            forced: boolean;
            /** @description unique for the user. An earlier start that arrives late changes it */
            id: string;
            /** @description the worker does not agree, and the office has not answered since */
            objected: boolean;
            pauses: components["schemas"]["ShiftPause"][] | null;
            /**
             * Format: date-time
             * @description since when it is in this state
             */
            since: string;
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            state: "en_curso" | "en_pausa" | "terminada";
            user_id: string;
            user_name?: string;
            /** Format: int64 */
            version: number;
            /**
             * Format: int64
             * @description seconds of the shift without its pauses, up to since
             */
            worked_s: number;
        };
        ShiftAction: {
            device_id?: string;
            /**
             * Format: date-time
             * @description when it happened, at most 30 days ago; now when left out
             */
            occurred_at?: string;
            reason?: string;
            /** @description whose shift; your own when left out. For somebody else a reason is needed */
            user_id?: string;
        };
        ShiftCorrection: {
            /** @description key of the start, pause, resume, end or close, from the log. A close that is corrected is an end */
            corrects: string;
            /**
             * Format: date-time
             * @description when it really happened, at most 30 days ago
             */
            occurred_at: string;
            /** @description why; the worker reads it */
            reason: string;
            /** @description whose shift */
            user_id: string;
            /**
             * Format: int64
             * @description of the log that you saw: 409 when it is another by now
             */
            version: number;
        };
        ShiftDone: {
            /** @description the action was known already, by its key */
            duplicate: boolean;
            /** @description why the action changed nothing: repeated, no_shift, no_pause or locked; it is in the log all the same, and may count once other actions arrive. locked: the hours of this time were approved, and it counts if an admin reopens them. Empty if it did what it says */
            rule: string;
            /** @description to which the action belongs; absent if to none */
            shift?: components["schemas"]["Shift"];
            /**
             * Format: int64
             * @description of all shifts of the user
             */
            version: number;
        };
        ShiftEntry: {
            /**
             * Format: date-time
             * @description when it happened
             */
            at: string;
            /** @description id of the user who did it; empty for the close of the day */
            by: string;
            /** @description key of the action that it corrects, or id of the shift to which it objects */
            corrects?: string;
            device_id: string;
            /**
             * Format: date-time
             * @description when the close of the day ended the shift
             */
            ends?: string;
            key: string;
            /** @enum {string} */
            kind: "start" | "pause" | "resume" | "end" | "close" | "correct" | "object";
            /** @description somebody else did it for the worker */
            office: boolean;
            reason: string;
            /**
             * Format: date-time
             * @description when the server learned of it
             */
            received_at: string;
            /** @description why it changed nothing: repeated, no_shift, no_pause, corrected, nothing_to_correct or locked */
            rule: string;
            /** @description empty if it belongs to none */
            shift_id: string;
        };
        ShiftList: {
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            shifts: components["schemas"]["Shift"][] | null;
        };
        ShiftLog: {
            /** @description of the last 33 days, in order */
            history: components["schemas"]["ShiftEntry"][] | null;
            /**
             * Format: int64
             * @description of all shifts of the user: send it with a correction
             */
            version: number;
        };
        ShiftPause: {
            /** Format: date-time */
            from: string;
            /**
             * Format: date-time
             * @description absent while it lasts
             */
            until?: string;
        };
        ShiftPlan: {
            /** @description false: the plan of the user's teams holds, else the company's, else none */
            exists: boolean;
            /** @description of the team or the user; empty for the company */
            id: string;
            /** @description of the team or the user; in lists */
            name?: string;
            on_holidays: boolean;
            /** @enum {string} */
            scope: "company" | "team" | "user";
            /** Format: date-time */
            updated_at?: string;
            /** @description id of a user */
            updated_by?: string;
            /**
             * Format: int64
             * @description 0: there never was one
             */
            version: number;
            /** @description from Monday to Sunday */
            windows: components["schemas"]["PlanWindow"][] | null;
            /** @description empty for the company's */
            zone: string;
        };
        ShiftPlanList: {
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            plans: components["schemas"]["ShiftPlan"][] | null;
        };
        Silence: {
            alert_id: string;
            /**
             * Format: float
             * @description last charge that is known, 0 to 1
             */
            battery?: number;
            /**
             * @description the likeliest cause, as far as the phone said
             * @enum {string}
             */
            cause?: "unknown" | "battery_empty" | "permission_withdrawn" | "permission_reduced" | "location_off" | "app_closed" | "battery_saver" | "airplane_mode";
            /**
             * Format: date-time
             * @description when the phone said so; absent if that was outside the shifts of somebody who is tracked in them only
             */
            cause_at?: string;
            /** @enum {string} */
            kind: "inactividad" | "sin_movimiento";
            /**
             * Format: date-time
             * @description when the last position was recorded that people may see; absent if there was never one
             */
            last_fix_at?: string;
            /**
             * Format: date-time
             * @description from when it counts
             */
            since: string;
            user_id: string;
        };
        SilenceList: {
            /** @description of the people whom you may see, oldest first, at most 5000 */
            silences: components["schemas"]["Silence"][];
            /** @description for admins; null if nothing is wrong */
            system: components["schemas"]["SystemTrouble"];
        };
        StatesTaken: {
            /**
             * Format: int64
             * @description lines that are stored, or older than what is known
             */
            kept: number;
            rejected: components["schemas"]["RejectedState"][];
        };
        Step: {
            /**
             * Format: int64
             * @description when it is due, in seconds after the alert was stored
             */
            after_s: number;
            /** @description groups; if nobody is in them, the admins are told, or else all supervisors */
            tell: ("team_supervisors" | "supervisors" | "admins")[] | null;
            /** @description webhooks for alerta.escalada are called */
            webhook: boolean;
        };
        Summary: {
            /**
             * Format: int64
             * @description the version of the algorithm
             */
            algorithm: number;
            /** Format: double */
            avg_moving_speed_mps: number;
            /** Format: date-time */
            computed_at: string;
            /**
             * @description the local date
             * @example 2026-03-09
             */
            date: string;
            /**
             * Format: int64
             * @description how long the day is: 23 or 25 hours when the clocks change
             */
            day_s: number;
            /** Format: int64 */
            devices: number;
            /**
             * Format: double
             * @description metres travelled, without gaps and without positions that an app made up
             */
            distance_m: number;
            /** @description summary_failed when the state is failed */
            error?: string;
            /** Format: date-time */
            first_at?: string;
            /** Format: int64 */
            fixes: number;
            /** Format: date-time */
            from: string;
            /**
             * Format: double
             * @description straight lines over times without positions
             */
            gap_m: number;
            /** Format: int64 */
            gap_s: number;
            /** @description since the day was computed, the company hides what lies outside shifts. The numbers that come from positions are 0 until it is computed again, and stay so if the positions are gone */
            hidden: boolean;
            /** Format: date-time */
            last_at?: string;
            /**
             * Format: int64
             * @description positions that came more than ten minutes after they were recorded
             */
            late_fixes: number;
            /** Format: double */
            max_speed_mps: number;
            /**
             * Format: double
             * @description metres of positions that an app made up
             */
            mock_m: number;
            /** Format: int64 */
            moving_s: number;
            /** Format: int64 */
            pause_s: number;
            /**
             * Format: int64
             * @description seconds on shift, without pauses
             */
            shift_s: number;
            /**
             * @description preliminary: the date is not closed, or the day waits to be stored; closed; final: what comes now is too late to change it; failed: the day cannot be computed, error says so, and the numbers are 0
             * @enum {string}
             */
            state: "preliminary" | "closed" | "final" | "failed";
            /** Format: int64 */
            stopped_s: number;
            /** Format: int64 */
            stops: number;
            /** @description there were more positions than are measured: evenly spread ones were, and fixes may be less than there were */
            thinned: boolean;
            /** Format: int64 */
            trips: number;
            /** Format: date-time */
            until: string;
            user_id: string;
            /**
             * Format: int64
             * @description rises each time that the day came to something else; 0 while it is preliminary
             */
            version: number;
            /**
             * Format: int64
             * @description visits and tasks whose time began on this day
             */
            visits_done: number;
            /** Format: int64 */
            visits_not_done: number;
            /** Format: int64 */
            visits_open: number;
            /** @description the time zone in which it is one */
            zone: string;
        };
        SummaryDetail: {
            /**
             * Format: int64
             * @description the version of the algorithm
             */
            algorithm: number;
            /** Format: double */
            avg_moving_speed_mps: number;
            /** Format: date-time */
            computed_at: string;
            /**
             * @description the local date
             * @example 2026-03-09
             */
            date: string;
            /**
             * Format: int64
             * @description how long the day is: 23 or 25 hours when the clocks change
             */
            day_s: number;
            /** Format: int64 */
            devices: number;
            /**
             * Format: double
             * @description metres travelled, without gaps and without positions that an app made up
             */
            distance_m: number;
            /** @description summary_failed when the state is failed */
            error?: string;
            /** Format: date-time */
            first_at?: string;
            /** Format: int64 */
            fixes: number;
            /** Format: date-time */
            from: string;
            gap_list: components["schemas"]["SummaryGap"][] | null;
            /**
             * Format: double
             * @description straight lines over times without positions
             */
            gap_m: number;
            /** Format: int64 */
            gap_s: number;
            /** @description since the day was computed, the company hides what lies outside shifts. The numbers that come from positions are 0 until it is computed again, and stay so if the positions are gone */
            hidden: boolean;
            /** Format: date-time */
            last_at?: string;
            /**
             * Format: int64
             * @description positions that came more than ten minutes after they were recorded
             */
            late_fixes: number;
            /** Format: double */
            max_speed_mps: number;
            /**
             * Format: double
             * @description metres of positions that an app made up
             */
            mock_m: number;
            /** Format: int64 */
            moving_s: number;
            /** Format: int64 */
            pause_s: number;
            /**
             * Format: int64
             * @description seconds on shift, without pauses
             */
            shift_s: number;
            /**
             * @description preliminary: the date is not closed, or the day waits to be stored; closed; final: what comes now is too late to change it; failed: the day cannot be computed, error says so, and the numbers are 0
             * @enum {string}
             */
            state: "preliminary" | "closed" | "final" | "failed";
            stop_list: components["schemas"]["SummaryStop"][] | null;
            /** Format: int64 */
            stopped_s: number;
            /** Format: int64 */
            stops: number;
            /** @description there were more positions than are measured: evenly spread ones were, and fixes may be less than there were */
            thinned: boolean;
            trip_list: components["schemas"]["SummaryTrip"][] | null;
            /** Format: int64 */
            trips: number;
            /** Format: date-time */
            until: string;
            user_id: string;
            /**
             * Format: int64
             * @description rises each time that the day came to something else; 0 while it is preliminary
             */
            version: number;
            /**
             * Format: int64
             * @description visits and tasks whose time began on this day
             */
            visits_done: number;
            /** Format: int64 */
            visits_not_done: number;
            /** Format: int64 */
            visits_open: number;
            /** @description the time zone in which it is one */
            zone: string;
        };
        SummaryGap: {
            /**
             * Format: double
             * @description the straight line over it
             */
            distance_m: number;
            /** Format: date-time */
            from_at: string;
            /** Format: date-time */
            until_at: string;
        };
        SummaryList: {
            /** @description cursor of the next page; absent on the last page */
            next?: string;
            /**
             * Format: int64
             * @description how many days of these dates and users wait to be computed, or to be computed again: a date was closed just now, or positions came late. 0 means that all that is known is in the list; at most 10,000 are counted
             */
            pending: number;
            summaries: components["schemas"]["Summary"][] | null;
        };
        SummaryStop: {
            /** Format: date-time */
            from_at: string;
            /** Format: double */
            lat: number;
            /** Format: double */
            lon: number;
            place: string;
            /** @description empty if it is no known place */
            place_id: string;
            /** Format: date-time */
            until_at: string;
        };
        SummaryTotal: {
            /**
             * Format: int64
             * @description how many closed days of the user there are
             */
            days: number;
            /** Format: double */
            distance_m: number;
            /** Format: int64 */
            fixes: number;
            /** Format: double */
            gap_m: number;
            /** Format: int64 */
            gap_s: number;
            /**
             * Format: int64
             * @description how many of them are hidden: only their visits and shifts are in the sums
             */
            hidden_days: number;
            /** Format: int64 */
            late_fixes: number;
            /**
             * Format: double
             * @description the highest of the days
             */
            max_speed_mps: number;
            /** Format: double */
            mock_m: number;
            /** Format: int64 */
            moving_s: number;
            /** Format: int64 */
            pause_s: number;
            /**
             * @description an ISO week such as 2026-W11, a month such as 2026-03, or all
             * @example 2026-W11
             */
            period: string;
            /** Format: int64 */
            shift_s: number;
            /** Format: int64 */
            stopped_s: number;
            /** Format: int64 */
            stops: number;
            /** Format: int64 */
            trips: number;
            user_id: string;
            /** Format: int64 */
            visits_done: number;
            /** Format: int64 */
            visits_not_done: number;
            /** Format: int64 */
            visits_open: number;
        };
        SummaryTotals: {
            /**
             * Format: int64
             * @description how many days of the period wait to be computed, or to be computed again
             */
            pending: number;
            /** @description by period and user */
            totals: components["schemas"]["SummaryTotal"][] | null;
        };
        SummaryTrip: {
            /** Format: double */
            distance_m: number;
            /** Format: date-time */
            from_at: string;
            from_place: string;
            /** @description empty if it began at no known place */
            from_place_id: string;
            /** Format: double */
            max_speed_mps: number;
            to_place: string;
            to_place_id: string;
            /** Format: date-time */
            until_at: string;
        };
        SyncItem: {
            /** Format: double */
            accuracy_m?: number;
            /** @description visita and tarea: accept, set_out, check_in, check_out, fail, note, object. jornada: start, pause, resume, end, object. object says with reason why you do not agree with what the office or the close did; it happens when it arrives */
            action: string;
            /** @description to the checklist */
            answers?: components["schemas"]["ActivityAnswer"][];
            device_id?: string;
            /** @description id of the visit or the task; left out for your own jornada, but for object, which names the jornada by its id */
            entity?: string;
            /** @description names the item for ever, such as a UUID; the same as the Idempotency-Key of the single call. For a jornada it has at most 64 characters of A-Z, a-z, 0-9, _ and - */
            key: string;
            /**
             * Format: double
             * @description where the phone was
             */
            lat?: number;
            /** Format: double */
            lon?: number;
            /** @description the phone says that the position is made up */
            mock?: boolean;
            /**
             * Format: date-time
             * @description when it happened, at most 30 days ago; now when left out
             */
            occurred_at?: string;
            /** @description why: needed to fail, for a check-in that is far from the site if the company asks for one, and from the office */
            reason?: string;
            /** @description visita, tarea or jornada */
            type: string;
            /**
             * Format: int64
             * @description that the office saw, when it acts for the worker; a worker sends none
             */
            version?: number;
        };
        SyncQueue: {
            /** @description in the order in which they happened */
            items: components["schemas"]["SyncItem"][];
        };
        SyncResult: {
            /** @description as the code of a problem */
            code?: string;
            /** @description with conflict: the visit as it is now */
            current?: unknown;
            /** @description a sentence for a person */
            detail?: string;
            errors?: components["schemas"]["FieldError"][] | null;
            /** Format: int64 */
            index: number;
            key?: string;
            /** @description the visit is no longer yours: remove it */
            retirada?: boolean;
            /** Format: int64 */
            retry_after_ms?: number;
            /** @description of an applied item: why it changed nothing */
            rule?: string;
            /**
             * @description applied and duplicate: remove it. rejected: show it to the user; sending it again does not help. conflict: somebody changed the thing, current is how it is now. retry: send it again after retry_after_ms. blocked: an earlier item of the same entity did not work; send it again with that one
             * @enum {string}
             */
            status: "applied" | "duplicate" | "rejected" | "conflict" | "retry" | "blocked";
            /**
             * Format: int64
             * @description of the visit after the item
             */
            version?: number;
        };
        SyncResults: {
            results: components["schemas"]["SyncResult"][] | null;
        };
        SystemTrouble: {
            /** @enum {string} */
            cause: "shared_silence" | "storage_behind";
            /**
             * Format: int64
             * @description how many are silent
             */
            people: number;
            /**
             * Format: int64
             * @description of how many who were reporting
             */
            people_of: number;
            /** @enum {string} */
            scope: "company" | "installation";
            /** Format: date-time */
            since: string;
        };
        TeamClose: {
            close_at: string;
            name: string;
            team_id: string;
        };
        TeamCloses: {
            teams: components["schemas"]["TeamClose"][] | null;
        };
        TeamView: {
            id: string;
            name: string;
            /** @description ids of its members, supervisors included */
            users: string[] | null;
        };
        TokensOutputBody: {
            /** @description send it as Authorization: Bearer */
            access_token: string;
            /**
             * Format: int64
             * @description seconds that the access token is good
             */
            expires_in: number;
            /** @description opaque; good for one refresh, keep the newest; absent when it is in the cookie */
            refresh_token?: string;
            /** @example Bearer */
            token_type: string;
        };
        TypingInputBody: Record<string, never>;
        Unread: {
            /** Format: int64 */
            unread: number;
        };
        UnreadMessages: {
            /**
             * Format: int64
             * @description with something that you have not read, and that are not muted
             */
            conversations: number;
            /**
             * Format: int64
             * @description messages that mention you and that you have not read, in muted conversations, too
             */
            mentions: number;
            /**
             * Format: int64
             * @description that you have not read, in conversations that are not muted
             */
            messages: number;
        };
        UploadAnswer: {
            /**
             * Format: int64
             * @description positions that are stored safely, repeated ones included
             */
            accepted: number;
            /**
             * Format: int64
             * @description how many of the accepted nobody sees, because they lie outside every shift that is known now, in a company that tracks people in their shifts only. They are stored: a start of a shift that arrives within 48 hours shows them. Absent when none is hidden, and while the server does not know
             */
            hidden?: number;
            /** @description positions that will never be taken: drop them */
            rejected: components["schemas"]["Rejection"][] | null;
        };
        UploadBody: {
            /** @description which of the user's devices; no control characters */
            device_id?: string;
            positions: components["schemas"]["PostedPosition"][] | null;
        };
        UserHours: {
            /** @description that overlap the period, also those that were reopened */
            approvals: components["schemas"]["HoursApproval"][] | null;
            /** @description each day of the period */
            days: components["schemas"]["HoursDay"][] | null;
            /** Format: int64 */
            paused_s: number;
            /** Format: int64 */
            planned_s: number;
            user_id: string;
            user_name: string;
            /** @description names these sums: send it with the approval, so that you approve what you saw */
            version: string;
            /** Format: int64 */
            worked_s: number;
        };
        UserPresence: {
            /**
             * Format: date-time
             * @description of who is offline: when the person last had a connection, to the minute
             */
            last_seen?: string;
            /**
             * Format: date-time
             * @description of who is online: since when
             */
            since?: string;
            /**
             * @description online while any device of the person has a connection, and for some seconds after; unknown while that cannot be known; hidden outside the person's shifts, if the company decided so
             * @enum {string}
             */
            state: "online" | "offline" | "unknown" | "hidden";
            /** @description id of the user */
            user_id: string;
        };
        UserView: {
            active: boolean;
            email?: string;
            id: string;
            name: string;
            payroll_number?: string;
            phone?: string;
            /** @enum {string} */
            role: "admin" | "supervisor" | "colaborador" | "platform_admin";
            /** @description ids of the teams that a colaborador works in or a supervisor watches */
            teams: string[] | null;
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
        };
        Webhook: {
            active: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description id of a user */
            created_by: string;
            /** @description empty: all that there are */
            events: string[] | null;
            /**
             * Format: date-time
             * @description no call has worked since
             */
            failing_since?: string;
            id: string;
            name: string;
            /** @description why the service turned it off: failing, for three days; absent when a person did */
            off_reason?: string;
            /**
             * Format: date-time
             * @description until then calls are signed with the secret before the last change too
             */
            old_secret_until?: string;
            /** @description what calls are signed with; only in the answer that made it */
            secret?: string;
            url: string;
            /** Format: int64 */
            version: number;
        };
        WebhookDelivery: {
            /** Format: int64 */
            attempts: number;
            /** @description what was sent */
            body: unknown;
            /**
             * Format: date-time
             * @description absent while an attempt follows
             */
            done_at?: string;
            event: string;
            /** @description the header Terreno-Delivery; the same at each attempt */
            id: string;
            /** Format: date-time */
            queued_at: string;
            /** @description what went wrong at the last attempt: http_500 and the like, timeout, network, certificate, redirect, address_forbidden, webhook_off, too_many_waiting, too_old, too_large, event_off, company_suspended */
            reason?: string;
            /** @description what it is about, such as alert/ID */
            ref: string;
            /** @enum {string} */
            state: "queued" | "sent" | "failed" | "expired";
            /**
             * Format: int64
             * @description of the last answer; absent when there was none
             */
            status?: number;
            /**
             * Format: int64
             * @description of the last attempt, milliseconds
             */
            took_ms?: number;
        };
        WebhookDeliveryList: {
            deliveries: components["schemas"]["WebhookDelivery"][] | null;
            /** @description cursor of the next page; absent on the last page */
            next?: string;
        };
        WebhookList: {
            /** @description all events that there are */
            events: string[] | null;
            webhooks: components["schemas"]["Webhook"][] | null;
        };
        WebhookTest: {
            /** @description the log of the webhook shows what becomes of it */
            delivery_id: string;
        };
        Window: {
            /** @description on which it begins */
            days: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
            /**
             * @description 00:00 to 23:59
             * @example 08:00
             */
            from: string;
            /**
             * @description the first minute that is not in it; on the next day when it is not after from; 24:00 is the end of the day
             * @example 18:00
             */
            to: string;
        };
        WorkWindow: {
            /** @description on which it begins: 1 for Monday to 7 for Sunday */
            days: number[];
            /**
             * @description local time of the company
             * @example 08:00
             */
            from: string;
            /**
             * @description on the next day when it is not after from
             * @example 17:00
             */
            until: string;
        };
        ZoneAssignment: {
            /** @description ids of all teams to whose colaboradores it applies; none when only users are sent */
            teams?: string[];
            /** @description ids of all users to whom it applies; nobody when only teams are sent */
            users?: string[];
        };
        ZoneFeature: {
            geometry: components["schemas"]["ZoneGeometry"];
            id: string;
            properties: components["schemas"]["ZoneProperties"];
            /** @enum {string} */
            type: "Feature";
            /** @description of the zone that was just written: what was changed in it, and what may not work as expected */
            warnings?: components["schemas"]["ZoneWarning"][];
        };
        /**
         * @description GeoJSON geometry, longitude first, at most 10,000 vertices. Edges over 50 km get positions in between, and a ring whose ends are within a centimetre is closed; the answer says so. Across the antimeridian longitudes may run on past 180.
         * @example {
         *       "coordinates": [
         *         [
         *           [
         *             -74.09,
         *             4.64
         *           ],
         *           [
         *             -74.07,
         *             4.64
         *           ],
         *           [
         *             -74.07,
         *             4.66
         *           ],
         *           [
         *             -74.09,
         *             4.66
         *           ],
         *           [
         *             -74.09,
         *             4.64
         *           ]
         *         ]
         *       ],
         *       "type": "Polygon"
         *     }
         * @example {
         *       "coordinates": [
         *         -74.08,
         *         4.65
         *       ],
         *       "type": "Point"
         *     }
         */
        ZoneGeometry: {
            /** @description the outer ring, then those of holes */
            coordinates: number[][][];
            /** @enum {string} */
            type: "Polygon";
        } | {
            coordinates: number[][][][];
            /** @enum {string} */
            type: "MultiPolygon";
        } | {
            /** @description longitude and latitude in degrees; what follows are numbers, such as an altitude, and is passed over */
            coordinates: number[];
            /** @enum {string} */
            type: "Point";
        } | {
            /** @description at least two positions */
            coordinates: number[][];
            /** @enum {string} */
            type: "LineString";
        };
        ZoneList: {
            /** @description fewer than limit where they are large */
            features: components["schemas"]["ZoneFeature"][];
            /** @description cursor of the next page; left out on the last one */
            next?: string;
            /** @enum {string} */
            type: "FeatureCollection";
        };
        ZonePeople: {
            /** @description cursor of the next page; left out on the last one */
            next?: string;
            people: components["schemas"]["ZonePerson"][];
        };
        ZonePerson: {
            /** @description the alert about it */
            alert_id?: string;
            /**
             * Format: double
             * @description how far that position was from the nearest of their zones, metres
             */
            distance_m?: number;
            /**
             * Format: date-time
             * @description when the last position that counted was recorded
             */
            judged_at?: string;
            name: string;
            /**
             * Format: date-time
             * @description when the first position outside was recorded
             */
            outside_since?: string;
            /**
             * @description outside: of all zones that apply to them, and not yet back; inside: in one of these zones; unknown: not confirmed, or no zone applies at this time
             * @enum {string}
             */
            state: "outside" | "inside" | "unknown";
            user_id: string;
        };
        ZoneProperties: {
            /**
             * Format: int64
             * @description left out where the company's setting holds
             */
            confirm_fixes?: number;
            /**
             * Format: int64
             * @description left out where the company's setting holds
             */
            confirm_s?: number;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: double
             * @description left out where the company's setting holds
             */
            exit_buffer_m?: number;
            name: string;
            /**
             * Format: double
             * @description of a circle alone
             */
            radius_m?: number;
            /** @description left out where the zone always applies */
            schedule?: components["schemas"]["Window"][];
            /** @description teams to whose colaboradores it applies */
            teams: string[];
            /** Format: date-time */
            updated_at: string;
            /** @description the user who changed it last */
            updated_by: string;
            /** @description to whom it applies */
            users: string[];
            /**
             * Format: int64
             * @description rises with every change
             */
            version: number;
            /**
             * Format: double
             * @description of a corridor alone
             */
            width_m?: number;
        };
        ZoneSettings: {
            /**
             * Format: int64
             * @description positions in a row that confirm that somebody is outside, or back
             */
            confirm_fixes: number;
            /**
             * Format: int64
             * @description seconds that they span at least; they also gather 2,500 metre seconds beyond the border and its buffer, or with less than 60 s in proportion less
             */
            confirm_s: number;
            /**
             * Format: double
             * @description how far outside a zone a position is still near it, metres; one and a half times the position's own accuracy counts when that is more
             */
            exit_buffer_m: number;
            /**
             * Format: double
             * @description a position that is less accurate is not judged, metres
             */
            max_accuracy_m: number;
            /**
             * Format: int64
             * @description what was received later than this after its recording raises no live alert
             */
            max_age_s: number;
            /**
             * Format: int64
             * @description of a longer time between two positions only confirm_s counts, and what was confirmed before is confirmed anew
             */
            max_gap_s: number;
        };
        ZoneWarning: {
            /** @enum {string} */
            code: "vertices_added" | "ring_closed" | "zone_narrow";
            detail: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    jwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwksOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-activities": {
        parameters: {
            query?: {
                /** @description west,south,east,north in degrees: whose site is in this box */
                bbox?: string;
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description whose window overlaps this day of the company */
                day?: string;
                external_id?: string;
                /** @description whose window ends after this */
                from?: string;
                /** @description how many at most */
                limit?: number;
                /** @description true: only what has an objection that nobody has answered */
                objected?: "true" | "false";
                /** @description true: only what has not ended */
                open?: "true" | "false";
                place?: string;
                /** @description of this series */
                series?: string;
                state?: "pendiente" | "aceptada" | "en_ruta" | "en_sitio" | "completada" | "incompleta" | "cancelada";
                /** @description given to this team, or of a worker who is in it now */
                team?: string;
                tipo?: "visita" | "tarea";
                /** @description whose window begins before this */
                to?: string;
                /** @description true: only what has no worker */
                unassigned?: "true" | "false";
                /** @description of this worker */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewActivity"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-activity": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "edit-activity": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivityEdit"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "accept-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FieldAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "assign-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Assignment"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "cancel-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "check-in": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FieldAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "check-out": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FieldAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "correct-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Correction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "fail-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FieldAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "note-on-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FieldAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "object-to-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Objection"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "add-activity-photo": {
        parameters: {
            query?: {
                device_id?: string;
                /** @description what it shows */
                note?: string;
                /** @description when it was taken, at most 30 days ago; now when left out */
                occurred_at?: string;
            };
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/heic": string;
                "image/jpeg": string;
                "image/png": string;
                "image/webp": string;
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityPhotoDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-activity-photo": {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag of the photo, if you have it: 304 without a body */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
                photo: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The photo */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/heic": string;
                    "image/jpeg": string;
                    "image/png": string;
                    "image/webp": string;
                };
            };
            /** @description You have it already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "reopen-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "reschedule-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Move"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-out-for-activity": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FieldAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-activities": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewActivities"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResults"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "import-activities": {
        parameters: {
            query?: {
                /** @description only checks the file: nothing is made */
                dry_run?: boolean;
            };
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityImportReport"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-activity-series": {
        parameters: {
            query?: {
                /** @description true: only those with visits that are still to be made */
                active?: "true" | "false";
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                place?: string;
                /** @description true: only those whose visits cannot be made at the moment */
                problem?: "true" | "false";
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySeriesList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-activity-series": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSeries"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySeries"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-activity-series": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySeries"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "end-activity-series": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SeriesEnd"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySeries"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-activity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-activity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivitySettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-team-closes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamCloses"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-team-close": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTeamClose"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewTeamClose"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-alert-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-alert-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-alerts": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description began at or after */
                from?: string;
                /** @description true: only alerts that became known late; false: only alerts that were raised while they continued */
                late?: "true" | "false";
                /** @description how many at most */
                limit?: number;
                /** @description true: only alerts that continue; false: only alerts that ended */
                open?: "true" | "false";
                status?: "nueva" | "reconocida" | "resuelta";
                /** @description only about users who are in this team now */
                team?: string;
                /** @description began before */
                to?: string;
                /** @description only of this type */
                type?: string;
                /** @description only alerts about this user */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-alert": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "acknowledge-alert": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AlertNote"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "go-to-alert": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AlertNote"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-alert-notifications": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertNotifications"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "receive-alert": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AlertNote"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "resolve-alert": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Resolution"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alert"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "raise-panic": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every call; send the same again when repeating it. Without one, the calls of a minute are one call */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PanicRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Panic"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control"?: string;
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshInputBody"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Cache-Control"?: string;
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-changes": {
        parameters: {
            query?: {
                /** @description who made it */
                by?: string;
                /** @description for platform admins, of what they did in this company */
                company?: string;
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description a kind of thing, or one thing */
                entity?: string;
                /** @description made at or after */
                from?: string;
                /** @description how many at most */
                limit?: number;
                /** @description made before */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListChangesOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-chat-changes": {
        parameters: {
            query?: {
                /** @description how many conversations at most */
                limit?: number;
                /** @description next of the answer before; opaque */
                since?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changes"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-erasures": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasures"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "erase-messages": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EraseInputBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "export-messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The export */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-chat-people": {
        parameters: {
            query?: {
                /** @description these, separated by commas; without it everybody with whom you may begin a conversation */
                ids?: string[] | null;
                /** @description part of a name, when there are no ids; capitals make no difference */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatPeople"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "mark-many": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReceiptsInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiptAnswers"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "search-messages": {
        parameters: {
            query: {
                /** @description only in this one */
                conversation?: string;
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                /** @description words that a message contains, all of them; one of them has at least three letters or digits, and is not as common as el or para. The last may be the beginning of a word, from three letters on */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hits"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-chat-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-chat-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "count-unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnreadMessages"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-companies": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListCompaniesOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-company": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCompanyInputBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-company": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "change-company": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeCompanyInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-admin": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Person"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "resume-company": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "suspend-company": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-conversations": {
        parameters: {
            query?: {
                /** @description read what you are not in. Only with the company's setting auditing: an admin reads all, a supervisor the conversations of people whom it sees. Everybody in a conversation can see who read it (GET /v1/conversations/{id}/audits) */
                audit?: boolean;
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description only these */
                kind?: "private" | "group" | "visit" | "team" | "broadcast";
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversations"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "begin-conversation": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConversation"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-conversation": {
        parameters: {
            query?: {
                /** @description read what you are not in. Only with the company's setting auditing: an admin reads all, a supervisor the conversations of people whom it sees. Everybody in a conversation can see who read it (GET /v1/conversations/{id}/audits) */
                audit?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "rename-conversation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTitle"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-conversation-audits": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Audits"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "mark-delivered": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReceiptInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Marks"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "add-file": {
        parameters: {
            query: {
                kind: "photo" | "file";
                /** @description what people call it, at most 200 characters; only what comes after the last slash counts. A photo needs none */
                name?: string;
            };
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
                "application/pdf": string;
                "application/zip": string;
                "audio/mp4": string;
                "audio/mpeg": string;
                "audio/ogg": string;
                "image/heic": string;
                "image/jpeg": string;
                "image/png": string;
                "image/webp": string;
                "video/mp4": string;
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileInfo"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-file": {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag of the file, if you have it: 304 without a body */
                "If-None-Match"?: string;
            };
            path: {
                file: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                    "application/pdf": string;
                    "application/zip": string;
                    "audio/mp4": string;
                    "audio/mpeg": string;
                    "audio/ogg": string;
                    "image/heic": string;
                    "image/jpeg": string;
                    "image/png": string;
                    "image/webp": string;
                    "video/mp4": string;
                };
            };
            /** @description You have it already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "add-members": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMembers"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-member-role": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRole"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "remove-member": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-messages": {
        parameters: {
            query?: {
                /** @description the oldest messages after this one, oldest first */
                after_seq?: number;
                /** @description read what you are not in. Only with the company's setting auditing: an admin reads all, a supervisor the conversations of people whom it sees. Everybody in a conversation can see who read it (GET /v1/conversations/{id}/audits) */
                audit?: boolean;
                /** @description the newest messages before this one, newest first */
                before_seq?: number;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Messages"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "send-message": {
        parameters: {
            query?: never;
            header: {
                /** @description your own name for this message, such as a random UUID. Send the same again when repeating: the message is stored once */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "edit-message": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                seq: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EditInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "delete-message": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "mute-conversation": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMute"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "mark-read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReceiptInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Marks"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "tell-typing": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TypingInputBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "put-device-state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDeviceStates"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatesTaken"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-holidays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HolidayList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-holidays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHolidays"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HolidayList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-hours": {
        parameters: {
            query: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description the first day, of the company */
                from: string;
                /** @description how many at most */
                limit?: number;
                /** @description of users who are in this team now */
                team?: string;
                /** @description the last day; at most 62 days in all */
                to: string;
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoursList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "approve-hours": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoursApprove"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserHours"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "export-hours": {
        parameters: {
            query: {
                /** @description the first day, of the company */
                from: string;
                /** @description of users who are in this team now */
                team?: string;
                /** @description the last day; at most 62 days in all */
                to: string;
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    "Content-Type"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "reopen-hours": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoursReopen"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserHours"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InactivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInactivitySettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InactivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-team-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description id of a team */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InactivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-team-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description id of a team */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInactivitySettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InactivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "delete-team-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description id of a team */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-user-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description id of a user */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InactivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-user-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description id of a user */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInactivitySettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InactivitySettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "delete-user-inactivity-settings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description id of a user */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-jobs": {
        parameters: {
            query?: {
                /** @description what concerns this company; for platform admins */
                company?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "run-job": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                worker: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RequestInputBody"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-job-runs": {
        parameters: {
            query?: {
                /** @description what concerns this company; for platform admins */
                company?: string;
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                state?: "due" | "running" | "done" | "failed" | "skipped";
            };
            header?: never;
            path: {
                worker: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-my-day": {
        parameters: {
            query?: {
                /** @description today in the company when left out */
                day?: string;
            };
            header?: {
                /** @description the ETag of the last answer: 304 without a body while nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyDay"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-notification-log": {
        parameters: {
            query?: {
                /** @description only about this alert */
                alert?: string;
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description only of this kind */
                kind?: string;
                /** @description how many at most */
                limit?: number;
                /** @description only what this user was told */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationLog"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-notification-preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationPreferencesView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-notification-preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NotificationPreferences"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationPreferencesView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-notification-texts": {
        parameters: {
            query?: {
                language?: "es" | "en";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationTexts"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-notifications": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                /** @description true: only what you have not read */
                unread?: "true";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "deliver-notification": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notification"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "open-notification": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notification"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "read-notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unread"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-places": {
        parameters: {
            query?: {
                /** @description true: archived places too */
                archived?: "true" | "false";
                /** @description next of the page before; opaque */
                cursor?: string;
                external_id?: string;
                /** @description how many at most */
                limit?: number;
                /** @description latitude,longitude: the places around this point, the nearest first */
                near?: string;
                /** @description words that must all be in the name, the address, the contact or the external id; capitals and accents make no difference */
                q?: string;
                /** @description how far from the point, metres */
                within_m?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-place": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPlace"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Place"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-place": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Place"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "replace-place": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPlace"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Place"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "archive-place": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "export-places": {
        parameters: {
            query?: {
                /** @description true: archived places too */
                archived?: "true" | "false";
                /** @description as in the list */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    "Content-Type"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "import-places": {
        parameters: {
            query?: {
                /** @description only checks the file: nothing is changed */
                dry_run?: boolean;
            };
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceImportReport"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "post-positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UploadBody"];
                "application/x-protobuf": string;
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadAnswer"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "latest-positions": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                /** @description only users who are in this team */
                team?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-presence": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                /** @description only this user */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresencePage"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-presence-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresenceSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-presence-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresenceSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresenceSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "put-push-token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description what Firebase gave the app */
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PushTokenBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushToken"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "delete-push-token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description what Firebase gave the app */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-reminder-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReminderSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-reminder-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReminderSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReminderSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-street-pattern": {
        parameters: {
            query?: never;
            header?: {
                /** @description the ETag of the last answer: 304 without a body while nothing has changed */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatternCollection"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-shift-plans": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlanList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-company-shift-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-company-shift-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewShiftPlan"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "remove-company-shift-plan": {
        parameters: {
            query: {
                /** @description of the plan that you saw */
                version: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-planned-work": {
        parameters: {
            query?: {
                /** @description the beginning of today in the company when left out */
                from?: string;
                /** @description at most 62 days after from; 7 days after it when left out */
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlannedWork"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-team-shift-plan": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-team-shift-plan": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewShiftPlan"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "remove-team-shift-plan": {
        parameters: {
            query: {
                /** @description of the plan that you saw */
                version: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-user-shift-plan": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-user-shift-plan": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewShiftPlan"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "remove-user-shift-plan": {
        parameters: {
            query: {
                /** @description of the plan that you saw */
                version: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPlan"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-shifts": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description that lasted after this */
                from?: string;
                /** @description how many at most */
                limit?: number;
                /** @description true: only shifts with an objection that nobody has answered */
                objected?: "true" | "false";
                /** @description true: only shifts that last, so who works now */
                open?: "true" | "false";
                /** @description of users who are in this team now */
                team?: string;
                /** @description that began before this */
                to?: string;
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "object-to-shift": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Objection"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "correct-shift": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShiftCorrection"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "end-shift": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShiftAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-shift-log": {
        parameters: {
            query?: {
                /** @description yourself when left out */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftLog"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "pause-shift": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShiftAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "resume-shift": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShiftAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "start-shift": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShiftAction"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftDone"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilenceList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-summaries": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description one date, instead of from and to; today when all are left out */
                date?: string;
                /** @description the first date; at most 400 days ago */
                from?: string;
                /** @description how many at most */
                limit?: number;
                /** @description only users who are in this team now */
                team?: string;
                /** @description the last date, today when left out; at most 93 days in all */
                to?: string;
                /** @description only this user */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SummaryList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "export-summaries": {
        parameters: {
            query?: {
                format?: "csv" | "xlsx";
                /** @description the first date; at most 400 days ago */
                from?: string;
                /** @description only users who are in this team now */
                team?: string;
                /** @description the last date, today when left out; at most 93 days in all */
                to?: string;
                /** @description only this user */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "total-summaries": {
        parameters: {
            query?: {
                /** @description weeks begin on Monday (ISO 8601) */
                by?: "week" | "month" | "all";
                format?: "json" | "csv" | "xlsx";
                /** @description the first date; at most 400 days ago */
                from?: string;
                /** @description only users who are in this team now */
                team?: string;
                /** @description the last date, today when left out; at most 93 days in all */
                to?: string;
                /** @description only this user */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SummaryTotals"];
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                    "text/csv": string;
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    sync: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SyncQueue"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncResults"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-teams": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListTeamsOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-team": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTeamInputBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "delete-team": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "rename-team": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeTeamInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MembersInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-users": {
        parameters: {
            query?: {
                active?: "true" | "false";
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                /** @description part of a name, e-mail address, phone or payroll number */
                q?: string;
                role?: "admin" | "supervisor" | "colaborador";
                team?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListUsersOutputBody"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-user": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUserInputBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-user": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "deactivate-user": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "change-user": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeUserInputBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-device-state": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description id of a user */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceStates"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-password": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInputBody"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    playback: {
        parameters: {
            query: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description only what this device took */
                device?: string;
                /** @description recorded at or after */
                from: string;
                /** @description how many at most */
                limit?: number;
                /** @description recorded before; at most 31 days after from */
                to: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PositionList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-push-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushTokenList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "remove-user-push-token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                /** @description the id of the device in the list, not what Firebase gave the app */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "revoke-user": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-route": {
        parameters: {
            query?: {
                /** @description today when left out */
                date?: string;
                /** @description how many metres the line may be from the way that was measured */
                error_m?: "5" | "20" | "100";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteCollection"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-summary": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                date: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SummaryDetail"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "import-users": {
        parameters: {
            query?: {
                /** @description only checks the file: nothing is changed */
                dry_run?: boolean;
            };
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeView"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-webhook": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-webhook": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "replace-webhook": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangedWebhook"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "delete-webhook": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-webhook-deliveries": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                /** @description only calls in this state */
                state?: "queued" | "sent" | "failed" | "expired";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "rotate-webhook-secret": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "test-webhook": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-zone-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "set-zone-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ZoneSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneSettings"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-zones": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
                /** @description only zones that are assigned to this team; for admins and supervisors */
                team?: string;
                /** @description only zones that are assigned to this user itself; for admins and supervisors */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "create-zone": {
        parameters: {
            query?: never;
            header?: {
                /** @description any text of the client's that is new for every request; send the same again when repeating one */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewZone"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneFeature"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "get-zone": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneFeature"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "replace-zone": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewZone"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneFeature"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "delete-zone": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "list-zone-people": {
        parameters: {
            query?: {
                /** @description next of the page before; opaque */
                cursor?: string;
                /** @description how many at most */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZonePeople"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    "assign-zone": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ZoneAssignment"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ZoneFeature"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
}
