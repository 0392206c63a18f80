-- An episode that somebody should know of: what its events say together, and what people did about it.
CREATE TABLE notifier.alert (
    id_empresa  text           NOT NULL,
    id          text           NOT NULL,
    type        text           NOT NULL,
    user_id     text           NOT NULL,
    late        boolean        NOT NULL,
    started_at  timestamptz(3) NOT NULL,
    lat         float8         NOT NULL,
    lon         float8         NOT NULL,
    accuracy_m  float4,
    distance_m  float8,
    raised_at   timestamptz(3) NOT NULL,
    zones       text[]         NOT NULL,
    ended_at    timestamptz(3),
    end_reason  text           NOT NULL,

    status            text           NOT NULL DEFAULT 'nueva' CHECK (status IN ('nueva', 'reconocida', 'resuelta')),
    acknowledged_by   text           NOT NULL DEFAULT '',
    acknowledged_at   timestamptz(3),
    acknowledged_note text           NOT NULL DEFAULT '',
    resolved_by       text           NOT NULL DEFAULT '',
    resolved_at       timestamptz(3),
    resolved_note     text           NOT NULL DEFAULT '',

    received_at timestamptz(3) NOT NULL,
    -- When anything of it last changed.
    changed_at  timestamptz(3) NOT NULL,
    -- Rises with every change.
    version     bigint         NOT NULL DEFAULT 1,
    PRIMARY KEY (id_empresa, id)
);
-- The list is read from its newest end: whole, of one user, by what is to be done, and of what goes on.
CREATE INDEX alert_by_start ON notifier.alert (id_empresa, started_at, id);
CREATE INDEX alert_by_user ON notifier.alert (id_empresa, user_id, started_at, id);
CREATE INDEX alert_by_status ON notifier.alert (id_empresa, status, started_at, id);
CREATE INDEX alert_open ON notifier.alert (id_empresa, started_at, id) WHERE ended_at IS NULL;
-- What may be removed once it is old.
CREATE INDEX alert_over ON notifier.alert (changed_at) WHERE ended_at IS NOT NULL OR status = 'resuelta';

-- What happened to an alert, each thing once. Nobody may change an entry; it goes when its alert does, and in no other way.
CREATE TABLE notifier.alert_event (
    id_empresa  text           NOT NULL,
    alert_id    text           NOT NULL,
    what        text           NOT NULL CHECK (what IN ('late', 'raised', 'closed', 'acknowledged', 'resolved')),
    -- When it happened, and when we knew.
    at          timestamptz(3) NOT NULL,
    received_at timestamptz(3) NOT NULL,
    by_user     text           NOT NULL,
    note        text           NOT NULL,
    PRIMARY KEY (id_empresa, alert_id, what),
    FOREIGN KEY (id_empresa, alert_id) REFERENCES notifier.alert ON DELETE CASCADE
);

-- The worker is the inbox, which stores the events of all companies in one transaction, and what removes old alerts.
{{protect "alert"}}
{{protect "alert_event"}}

GRANT SELECT ON notifier.alert TO {{service}};
GRANT UPDATE (status, acknowledged_by, acknowledged_at, acknowledged_note, resolved_by, resolved_at, resolved_note,
              changed_at, version) ON notifier.alert TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.alert TO {{worker}};
GRANT SELECT, INSERT ON notifier.alert_event TO {{service}}, {{worker}};

-- Events that wait for the bus, and the answers to requests with an Idempotency-Key.
{{outbox}}
{{idempotency_key}}
