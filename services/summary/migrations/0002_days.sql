-- From when to when a date of a company lasts, from its close on. Neighbours meet and do not overlap, also when the company moves to
-- another time zone. A date without a row is not closed: nothing of it is stored.
CREATE TABLE summary.closing (
    id_empresa text COLLATE "C" NOT NULL,
    date       date             NOT NULL,
    zone       text             NOT NULL,
    from_at    timestamptz(3)   NOT NULL,
    until_at   timestamptz(3)   NOT NULL,
    closed_at  timestamptz(3)   NOT NULL,
    PRIMARY KEY (id_empresa, date),
    CHECK (until_at >= from_at)
);
CREATE INDEX closing_by_end ON summary.closing (id_empresa, until_at);
{{protect "closing"}}
GRANT SELECT ON summary.closing TO {{service}};
GRANT SELECT, INSERT, DELETE ON summary.closing TO {{worker}};

-- What the closed days of users came to.
CREATE TABLE summary.day (
    id_empresa           text COLLATE "C" NOT NULL,
    user_id              text COLLATE "C" NOT NULL,
    date                 date             NOT NULL,
    zone                 text             NOT NULL,
    from_at              timestamptz(3)   NOT NULL,
    until_at             timestamptz(3)   NOT NULL,
    computed_at          timestamptz(3)   NOT NULL,
    algorithm            integer          NOT NULL,
    version              integer          NOT NULL,
    distance_m           float8           NOT NULL,
    moving_s             integer          NOT NULL,
    stopped_s            integer          NOT NULL,
    gap_m                float8           NOT NULL,
    gap_s                integer          NOT NULL,
    mock_m               float8           NOT NULL,
    fixes                integer          NOT NULL,
    late_fixes           integer          NOT NULL,
    devices              integer          NOT NULL,
    thinned              boolean          NOT NULL,
    first_at             timestamptz(3),
    last_at              timestamptz(3),
    max_speed_mps        float8           NOT NULL,
    avg_moving_speed_mps float8           NOT NULL,
    trips                integer          NOT NULL,
    stops                integer          NOT NULL,
    visits_done          integer          NOT NULL,
    visits_not_done      integer          NOT NULL,
    visits_open          integer          NOT NULL,
    shift_s              integer          NOT NULL,
    pause_s              integer          NOT NULL,
    -- The lists of trips, stops and gaps.
    detail               json             NOT NULL,
    -- The simplified route: a track (proto/track), all trips together.
    route                bytea            NOT NULL,
    -- Ids of the visits and shifts that are counted here: if one of them changes, the day does.
    parts                text[]           NOT NULL,
    -- Of all that is computed.
    hash                 bytea            NOT NULL,
    PRIMARY KEY (id_empresa, date, user_id)
);
CREATE INDEX day_of_user ON summary.day (id_empresa, user_id, date);
CREATE INDEX day_by_part ON summary.day USING gin (parts);
CREATE INDEX day_by_age ON summary.day (until_at);
CREATE INDEX day_by_algorithm ON summary.day (algorithm, date);
{{protect "day"}}
GRANT SELECT ON summary.day TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON summary.day TO {{worker}};

-- The one queue: days of users that are to be computed. due_at is wall time. version rises each time that the day is put here again,
-- so that whoever failed to compute it does not put off what came meanwhile.
CREATE TABLE summary.pending (
    company  text COLLATE "C" NOT NULL,
    user_id  text COLLATE "C" NOT NULL,
    date     date             NOT NULL,
    due_at   timestamptz      NOT NULL,
    reason   text             NOT NULL,
    version  bigint           NOT NULL DEFAULT 1,
    attempts integer          NOT NULL DEFAULT 0,
    error    text             NOT NULL DEFAULT '',
    PRIMARY KEY (company, user_id, date)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX pending_due ON summary.pending (due_at);
COMMENT ON TABLE summary.pending IS 'cross-tenant: workers compute the days of all companies; only whose day it is, no places';
GRANT SELECT, INSERT, UPDATE, DELETE ON summary.pending TO {{worker}};

-- The streets that a company's people use, without who and when: GeoJSON, compressed.
CREATE TABLE summary.pattern (
    id_empresa text COLLATE "C" NOT NULL PRIMARY KEY,
    made_at    timestamptz(3)   NOT NULL,
    etag       text             NOT NULL,
    body       bytea            NOT NULL
);
{{protect "pattern"}}
GRANT SELECT ON summary.pattern TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON summary.pattern TO {{worker}};
