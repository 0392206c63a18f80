-- What a company decides about silences: for itself (its id is its own), for a team or for a user. Each row is complete. A company that
-- has decided nothing has no row.
CREATE TABLE inactivity.setting (
    id_empresa       text NOT NULL,
    scope            text             NOT NULL CHECK (scope IN ('company', 'team', 'user')),
    id               text NOT NULL,
    silence_after_s  integer          NOT NULL CHECK (silence_after_s BETWEEN 300 AND 86400),
    expected         text             NOT NULL CHECK (expected IN ('auto', 'shifts', 'hours', 'always')),
    hours            jsonb            NOT NULL,
    movement_after_s integer          NOT NULL CHECK (movement_after_s = 0 OR movement_after_s BETWEEN 300 AND 7200),
    version          bigint           NOT NULL,
    updated_at       timestamptz(3)   NOT NULL,
    updated_by       text             NOT NULL,
    PRIMARY KEY (id_empresa, scope, id)
);
CREATE INDEX setting_hours ON inactivity.setting (id_empresa) WHERE hours <> '[]';
{{protect "setting"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON inactivity.setting TO {{service}};
GRANT SELECT ON inactivity.setting TO {{worker}};

-- The newest that each device said of each kind, whatever came first, and the charge of its battery before.
CREATE TABLE inactivity.device_state (
    id_empresa   text NOT NULL,
    user_id      text NOT NULL,
    device_id    text NOT NULL,
    kind         text NOT NULL,
    occurred_at  timestamptz(3)   NOT NULL,
    received_at  timestamptz(3)   NOT NULL,
    value        text NOT NULL,
    level        real,
    charging     boolean          NOT NULL,
    app          text             NOT NULL,
    os           text             NOT NULL,
    model        text             NOT NULL,
    before_at    timestamptz(3),
    before_level real,
    PRIMARY KEY (id_empresa, user_id, device_id, kind)
);
CREATE INDEX device_state_by_age ON inactivity.device_state (received_at);
{{protect "device_state"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON inactivity.device_state TO {{service}};
-- UPDATE, to lock what is removed.
GRANT SELECT, UPDATE, DELETE ON inactivity.device_state TO {{worker}};

-- The silence, or the standstill, of a user that lasts, or else the last one. again counts those that began anew from the same base:
-- each has an alert of its own.
CREATE TABLE inactivity.silence (
    id_empresa  text NOT NULL,
    user_id     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('inactividad', 'sin_movimiento')),
    base_at     timestamptz(3)   NOT NULL,
    again       integer          NOT NULL DEFAULT 0,
    expected_by text             NOT NULL,
    after_s     integer          NOT NULL,
    raised_at   timestamptz(3)   NOT NULL,
    why         jsonb            NOT NULL,
    back_at     timestamptz(3),
    ended_at    timestamptz(3),
    -- Where a standstill is.
    lat         float8,
    lon         float8,
    PRIMARY KEY (id_empresa, user_id, kind)
);
CREATE INDEX silence_open ON inactivity.silence (id_empresa, user_id, kind) WHERE ended_at IS NULL;
CREATE INDEX silence_by_age ON inactivity.silence (ended_at) WHERE ended_at IS NOT NULL;
{{protect "silence"}}
GRANT SELECT ON inactivity.silence TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON inactivity.silence TO {{worker}};

-- What is, or last was, wrong with us for a company: a silence that many share, or storage that is behind.
CREATE TABLE inactivity.shared (
    id_empresa text NOT NULL,
    cause      text NOT NULL CHECK (cause IN ('shared_silence', 'storage_behind')),
    since      timestamptz(3)   NOT NULL,
    again      integer          NOT NULL DEFAULT 0,
    raised_at  timestamptz(3)   NOT NULL,
    people     integer          NOT NULL,
    people_of  integer          NOT NULL,
    scope      text             NOT NULL CHECK (scope IN ('company', 'installation')),
    ended_at   timestamptz(3),
    PRIMARY KEY (id_empresa, cause)
);
{{protect "shared"}}
GRANT SELECT ON inactivity.shared TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON inactivity.shared TO {{worker}};
