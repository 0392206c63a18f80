// Package notifier is the inbox of alerts: which alerts were raised, who was told, who took care of them and how they ended. It also takes
// calls for help, and tells people what they have to know, on their devices and in a list of their own.
//
// # Calls for help
//
// POST /v1/alerts/panic needs no database: the token is judged in memory, the id is a hash of company, user and Idempotency-Key, and the
// answer comes once ALERTS has stored alerta:nueva of type panico, which the sockets of those who watch over the person hear at once. Then
// pushes and escalation begin: the request stores the call, so that it waits behind no other alerts, one call at a time, and the inbox
// stores it too, like any alert; who is first does not matter. The answer says "waiting" while the database is away, and the inbox does it
// later. Nothing in the body makes the server refuse it. It has places of its own (httpx.ClassPanic) in the service and in the ingress. A
// token is refused as everywhere: a suspended company and a deactivated user call nobody, because nobody is responsible for them any more.
// Of more than ten different calls of one person within a minute, the others are one call every ten seconds.
//
// A person has one open panic. Another one becomes part of it: it is resolved by rule, its joins names the open one, and the open one's
// log says raised_again. When the open one is older than an hour, it becomes part of the newer one, so that people are told again. When somebody
// takes care of it already, they and the people of the first step get a push again, every five minutes at most. A phone may
// repeat a call under its key for as long as it likes; the earliest instant and its place count, and sockets hear the alert as it is now.
//
// A phone without signal keeps the call with its key and its occurred_at, and sends it before everything else until it has a 2xx. After 401
// token_expired it renews its session (POST /v1/auth/refresh) and sends it again; while PostgreSQL is away it cannot renew, so a phone
// renews long before its token ends. A call is told however late it comes. Its occurred_at is believed for a week.
//
// A panic is delivered (somebody's client showed it), acknowledged, en route, and resolved or a false alarm, with the reason. The person may
// call it off while nobody takes care of it, and nobody takes care of their own call.
//
// # Escalation
//
// internal/escalate has the rules: a ladder of steps for each type of alert (settings.escalation). The inbox does the first step in the
// transaction that stores the alert, timers (escalar-panico, and escalar-alerta of other alerts, which run beside
// each other) do the others, each in one transaction with its line in the log, its
// notifications, its webhooks and the timer of the next step. So a killed process delays a step by a tick (half a second), replicas do each
// step once, and domain time decides. Acknowledging, going there and resolving cancel the timer. If nobody who is to be told has a device,
// and there is no webhook, the alert is unreachable, until its first client shows it. Of an alert that is not a call for help nobody gets a
// push an hour after its step should have come: after an outage the log says that it was too late.
//
// # Webhooks
//
// A company's own systems hear of alerts by POST (internal/hooks, internal/webhook). Calls stand in webhook_delivery, and at most fifty of a
// webhook have a message on the stream WEBHOOK; the end of a call puts the next one on it, and the upkeep finds what was left behind. A call
// is tried twelve times within an hour, half an hour on average, by JetStream alone, and ends as a dead letter. A webhook that fails for
// three days is turned off, and admins are told. Suspended companies are not called. What an alert of a call shows is what people may see of
// it.
//
// Addresses are judged when a connection is made, whatever a name means then. No redirect is followed and no proxy is asked.
//
// Each call is signed; the description of create-webhook says how, and that receivers refuse signatures older than five minutes. A secret
// is shown once, by the answer that made it. PostgreSQL holds it as it is, because calls are signed with it: row-level security keeps it
// within its company, no view publishes it, logs and dead letters do not hold it, and the secret before the last one is removed after a
// day. Whoever reads the database or a backup of it reads the secrets, so disks and backups have to be encrypted.
//
// # Reminders
//
// notificaciones-programadas runs every five minutes for all companies (remind.go, internal/remind). It tells who has not checked in at the
// first visit of the day, who has visits tomorrow, whose shift should be over, and who has tasks that are due, each once for a person and
// a thing. A run looks at what came due since the run before, two days at most: what no longer helps is recorded as expired. A reminder
// that turns out not to hold, because a phone told late of a check-in or a visit changed hands, counts as read at the next run, and a push
// of it that waits is not sent.
//
// # Consumes
//
// It reads the stream ALERTS through the durable notifier-inbox: alerta:nueva, alerta:tardia and alerta:cerrada, each
// with a complete Alert. It ignores its own alerta:actualizada and events that it does not know. It serves HTTP under
// /v1/alerts and /v1/alert-settings.
//
// It reads the streams NOTIFY and URGENT through the durables notifier-push and notifier-urgent, each with a Push, and sends it to a device
// through FCM (internal/push, internal/fcm).
//
// It reads WEBHOOK through notifier-webhook, each with a WebhookCall, and calls a company's webhook.
//
// It reads ACTIVITY through notifier-activity, to tell workers what changes of their visits (internal/visits), and
// CHAT through notifier-chat, to tell people of messages that no device of theirs has got (internal/chats). Of CHAT it looks at chat:aviso
// alone. It follows DIRECTORY to remove the devices of sessions that ended and of people who left (internal/devices). More HTTP is under
// /v1/push-tokens, /v1/users/{id}/push-tokens, /v1/notifications, /v1/notification-log, /v1/notification-preferences,
// /v1/notification-texts, /v1/webhooks and /v1/reminder-settings.
//
// # Emits
//
// For each notification and each device of its person it publishes a message to NOTIFY, or to URGENT if it cannot wait:
// `in.{tenant}.notificacion.push|urgente.{token id}`. The message holds ids alone. store.Notify is the only place that does, beside
// store.ReleasePushes: of a company with more than store.OnTheWay pushes under way in a lane, the others are held and published as those
// end, so that its flood delays nobody else.
//
// It publishes to ALERTS `in.{tenant}.alerta.nueva.{id}` for a call for help, without the outbox, and
// `in.{tenant}.alerta.actualizada.{id}`: the complete Alert as JSON with proto names, with what
// people did about it. The audience is the user, the current supervisors of the user's teams, and the admins. A change
// and its event are one transaction (pkg/change). When a message changes an alert that somebody has acted on, the inbox
// publishes the alert again, to the audience of that message: only the inbox knows both the message and the actions.
//
// It publishes notificacion:push to NOTIFY and notificacion:urgente to URGENT, with ids only: one message for each notification and device;
// and notificacion:webhook to WEBHOOK, one for each call.
// It purges these streams, and WEBHOOK, of what has left.
//
// # Stores
//
// Schema notifier: alert, and alert_event, the log of each alert, to which the service can only add. settings, what companies
// decided about their alerts, and change_log, who changed them (GET /v1/changes of identity shows it). It reads
// identity.v_users (names, teams) and, by pkg/visible, identity.v_team_members. By pkg/shifts it reads activity.v_on_shift_only and
// v_shift_span: an alert that began where nobody may see its user has no place and no distance for readers, calls for help aside.
//
// push_token, the devices that take pushes, each of one user in one company; notification and delivery, what people were told and what
// became of it on each device, for 90 days; preference, what people want to be told and when not; visit_known and visit_pace, what workers
// were last told of their visits and when. It reads activity.v_visit, and for reminders
// v_visit_time, v_shift_plan and v_on_shift. webhook and webhook_delivery, where companies are called and each call, for 30 days.
//
// # Jobs
//
// caducar-alertas runs at 02:30 in each company. It resolves by rule the alerts that nobody resolved within the company's
// unresolved_days of being raised, logs them with "*regla" as the author, and announces them (expire.go). While a company
// has decided nothing, ALERTS_UNRESOLVED counts.
//
// # Guarantees
//
// Each alert is one row, by company and id, and each thing that happened to it is one line of its log. This holds however
// often and in whatever order messages come, even if an end comes before its beginning, or a beginning after somebody
// resolved the alert. A late alert that turns out to continue stops being late, and what people did about it stays. If
// two people act on an alert at the same moment, the first action counts, and both people are told who did it. A 200 for
// an action means that it is stored and on its way to sockets.
//
// A notice is told once, however often it comes: its id is a hash of person, kind and subject. Nobody of a suspended company is told
// anything. What no device is told of, because the
// person does not want it, or it is a quiet hour, or it comes too late, or there is no device, is stored with the reason. Nothing holds
// back a call for help. A device belongs to who brought its token last, in whatever company, while that session lasts. What workers hear
// of a visit is what it is like then, not what a message says that it was. What changes within a minute of a notification
// of its kind is told when nothing has changed for a minute, if it is still true; after ten minutes at the latest. A worker who was away
// lists and shows once that a visit moved, however often it did. Of a message people hear who wrote and where, and never what it says; the
// phone shows one push of a conversation, the newest.
//
// An alert is kept until it is over, because it ended or was resolved, and then until nothing has changed it for the
// retention time. No alert stays open for ever, because the rule resolves it.
//
// # On failure
//
// Without PostgreSQL, requests get 503, and the inbox holds its messages and stores them later. Without NATS, the list
// and the actions work, and announcements and pushes wait. A device of a session that ended while the stream could not be read goes within
// an hour. A message that cannot be read, or that fails each time, becomes a dead
// letter, and the inbox goes on with the others. New starts nothing. The runners are the inbox, the visits, the
// chats, the devices, the webhooks, the outbox relay, the pushes, the jobs, the timers, the panics and the upkeep. All replicas may run
// all of them at once.
//
// Without FCM, pushes wait in their streams, and the check push fails; nothing else waits. When FCM says that the quota is used up, pushes
// that are not urgent wait for as long as it asks, a minute at most. Without its credentials, pushes end as skipped. Credentials that cannot
// be read end the start; a new key in the same file needs no restart. A push whose message was lost ends as expired, within minutes of when
// it stopped being useful. What was queued for people of a company that was suspended since, or for people who left, ends as skipped.
//
// Instants in alerts, logs and notifications are domain time. Idempotency keys and devices age by wall time.
package notifier
