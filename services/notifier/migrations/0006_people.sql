-- What people did about an alert beyond taking care of it, who was told, and when somebody is told next.
ALTER TABLE notifier.alert
    ADD COLUMN delivered_at    timestamptz(3),
    ADD COLUMN delivered_to    text    NOT NULL DEFAULT '',
    ADD COLUMN en_route_at     timestamptz(3),
    ADD COLUMN en_route_by     text    NOT NULL DEFAULT '',
    ADD COLUMN resolution      text    NOT NULL DEFAULT '' CHECK (resolution IN ('', 'false_alarm')),
    ADD COLUMN unreachable     boolean NOT NULL DEFAULT false,
    ADD COLUMN escalation_step integer NOT NULL DEFAULT 0,
    ADD COLUMN next_step_at    timestamptz(3);
GRANT UPDATE (delivered_at, delivered_to, en_route_at, en_route_by, resolution, unreachable, escalation_step, next_step_at)
    ON notifier.alert TO {{service}};
ALTER TABLE notifier.alert_event DROP CONSTRAINT alert_event_what_check,
    ADD CONSTRAINT alert_event_what_check CHECK (what IN ('late', 'raised', 'closed', 'acknowledged', 'resolved', 'delivered', 'en_route',
        'false_alarm', 'raised_again', 'unreachable') OR what ~ '^step_[0-9]{1,2}$');
-- Escalations and whatever else has its hour.
{{timer}}

-- How alerts of a type are told, by type, as the company decided; and when it reminds people. Empty where the defaults hold.
ALTER TABLE notifier.settings ADD COLUMN escalation jsonb NOT NULL DEFAULT '{}', ADD COLUMN reminders jsonb NOT NULL DEFAULT '{}';

-- Devices that take pushes. The id is a hash of the token. A device has one user: who brings a token takes it over, from another company
-- too, or else one company reads what is meant for another.
CREATE TABLE notifier.push_token (
    id_empresa text           NOT NULL,
    id         text           NOT NULL,
    token      text           NOT NULL,
    user_id    text           NOT NULL,
    -- The session that brought it. The token goes with it.
    session    text           NOT NULL,
    app        text           NOT NULL,
    platform   text           NOT NULL CHECK (platform IN ('android', 'ios', 'web')),
    language   text           NOT NULL CHECK (language IN ('', 'es', 'en')),
    created_at timestamptz(3) NOT NULL,
    seen_at    timestamptz(3) NOT NULL,
    PRIMARY KEY (id_empresa, id)
);
CREATE UNIQUE INDEX push_token_once ON notifier.push_token (id);
CREATE INDEX push_token_by_user ON notifier.push_token (id_empresa, user_id);
CREATE INDEX push_token_by_session ON notifier.push_token (id_empresa, session);
CREATE INDEX push_token_by_age ON notifier.push_token (seen_at);
{{protect "push_token"}}
GRANT SELECT ON notifier.push_token TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.push_token TO {{worker}};

-- What was told to a person, once per person and thing: the id is a hash of what makes it the same.
CREATE TABLE notifier.notification (
    id_empresa   text           NOT NULL,
    id           text           NOT NULL,
    user_id      text           NOT NULL,
    kind         text           NOT NULL,
    -- What it is about: alert/ID, visit/ID, conversation/ID, or empty.
    ref          text           NOT NULL,
    title        text           NOT NULL,
    body         text           NOT NULL,
    urgent       boolean        NOT NULL,
    created_at   timestamptz(3) NOT NULL,
    -- A push after this instant helps nobody.
    useful_until timestamptz(3) NOT NULL,
    -- Why no device was told: off, quiet, no_device, expired, muted; empty when one was.
    skipped      text           NOT NULL DEFAULT '',
    -- What the phone said.
    delivered_at timestamptz(3),
    opened_at    timestamptz(3),
    read_at      timestamptz(3),
    PRIMARY KEY (id_empresa, id)
);
CREATE INDEX notification_by_user ON notifier.notification (id_empresa, user_id, created_at, id);
CREATE INDEX notification_unread ON notifier.notification (id_empresa, user_id) WHERE read_at IS NULL;
CREATE INDEX notification_by_ref ON notifier.notification (id_empresa, ref, created_at, id) WHERE ref <> '';
CREATE INDEX notification_by_time ON notifier.notification (id_empresa, created_at, id);
CREATE INDEX notification_by_age ON notifier.notification (created_at);
{{protect "notification"}}
GRANT SELECT, INSERT ON notifier.notification TO {{service}};
GRANT UPDATE (delivered_at, opened_at, read_at) ON notifier.notification TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.notification TO {{worker}};

-- A notification on its way to a device. It stays when the device's token goes.
CREATE TABLE notifier.delivery (
    id_empresa      text           NOT NULL,
    notification_id text           NOT NULL,
    token_id        text           NOT NULL,
    platform        text           NOT NULL,
    state           text           NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'skipped', 'expired')),
    -- Why it failed or was skipped.
    reason          text           NOT NULL DEFAULT '',
    attempts        integer        NOT NULL DEFAULT 0,
    queued_at       timestamptz(3) NOT NULL,
    done_at         timestamptz(3),
    -- FCM's name for the message.
    message_id      text           NOT NULL DEFAULT '',
    PRIMARY KEY (id_empresa, notification_id, token_id),
    FOREIGN KEY (id_empresa, notification_id) REFERENCES notifier.notification ON DELETE CASCADE
);
{{protect "delivery"}}
GRANT SELECT, INSERT ON notifier.delivery TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.delivery TO {{worker}};

-- What a person wants to be told, and when not. Who has decided nothing has no row.
CREATE TABLE notifier.preference (
    id_empresa  text   NOT NULL,
    user_id     text   NOT NULL,
    -- Empty: the language of the device.
    language    text   NOT NULL CHECK (language IN ('', 'es', 'en')),
    off         text[] NOT NULL,
    -- Local times, HH:MM; both empty for no quiet hours.
    quiet_from  text   NOT NULL,
    quiet_until text   NOT NULL,
    version     bigint NOT NULL,
    PRIMARY KEY (id_empresa, user_id),
    CHECK ((quiet_from = '') = (quiet_until = ''))
);
{{protect "preference"}}
GRANT SELECT, INSERT, UPDATE ON notifier.preference TO {{service}};
GRANT SELECT, DELETE ON notifier.preference TO {{worker}};

-- Where a company wants to be called, and the calls.
CREATE TABLE notifier.webhook (
    id_empresa       text           NOT NULL,
    id               text           NOT NULL,
    name             text           NOT NULL,
    url              text           NOT NULL,
    -- Names of events; empty for all that there are.
    events           text[]         NOT NULL,
    secret           text           NOT NULL,
    -- The secret before the last change, and until when calls are signed with it too.
    old_secret       text           NOT NULL DEFAULT '',
    old_secret_until timestamptz(3),
    active           boolean        NOT NULL,
    -- Why the service turned it off; empty when a person did, or nobody.
    off_reason       text           NOT NULL DEFAULT '',
    failing_since    timestamptz(3),
    created_at       timestamptz(3) NOT NULL,
    created_by       text           NOT NULL,
    version          bigint         NOT NULL DEFAULT 1,
    PRIMARY KEY (id_empresa, id)
);
{{protect "webhook"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.webhook TO {{service}};
GRANT SELECT, UPDATE ON notifier.webhook TO {{worker}};

CREATE TABLE notifier.webhook_delivery (
    id_empresa text           NOT NULL,
    id         text           NOT NULL,
    webhook_id text           NOT NULL,
    event      text           NOT NULL,
    ref        text           NOT NULL,
    body       json           NOT NULL,
    state      text           NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'expired')),
    reason     text           NOT NULL DEFAULT '',
    -- The status of the last answer, and how long it took; 0 for none.
    status     integer        NOT NULL DEFAULT 0,
    took_ms    integer        NOT NULL DEFAULT 0,
    attempts   integer        NOT NULL DEFAULT 0,
    queued_at  timestamptz(3) NOT NULL,
    done_at    timestamptz(3),
    PRIMARY KEY (id_empresa, id),
    FOREIGN KEY (id_empresa, webhook_id) REFERENCES notifier.webhook ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_by_hook ON notifier.webhook_delivery (id_empresa, webhook_id, queued_at, id);
CREATE INDEX webhook_delivery_by_age ON notifier.webhook_delivery (queued_at);
{{protect "webhook_delivery"}}
GRANT SELECT, INSERT ON notifier.webhook_delivery TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.webhook_delivery TO {{worker}};
