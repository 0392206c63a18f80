-- What is known of each user who has zones. run and alert are what internal/rule remembers, as JSON. There is no index on
-- what changes, so that the updates of every position stay on their page.
CREATE TABLE geofence.user_state (
    id_empresa text           NOT NULL,
    user_id    text           NOT NULL,
    zones      text           NOT NULL,
    since      timestamptz(3) NOT NULL,
    status     smallint       NOT NULL,
    last_at    timestamptz(3) NOT NULL,
    run        json,
    alert      json,
    PRIMARY KEY (id_empresa, user_id)
) WITH (fillfactor = 70);
{{protect "user_state"}}
GRANT SELECT, INSERT, UPDATE ON geofence.user_state TO {{worker}};

-- How far the evaluator has applied a stream: written with the states in one transaction.
CREATE TABLE geofence.frontier (
    stream  text        PRIMARY KEY,
    created timestamptz NOT NULL,
    seq     bigint      NOT NULL
);
COMMENT ON TABLE geofence.frontier IS 'cross-tenant: a place in a stream, which all companies share';
GRANT SELECT, INSERT, UPDATE ON geofence.frontier TO {{worker}};

-- Events that wait for the bus, and the answers to requests with an Idempotency-Key.
{{outbox}}
{{idempotency_key}}
