-- What has changed since a reader looked: a row for each reader, user and UTC day of fixes. A reader is a service that adds up
-- days. The name of its role stands in day_reader, from a migration of this schema.
CREATE TABLE tracking.day_reader (reader text COLLATE "C" PRIMARY KEY);
CREATE TABLE tracking.changed_day (
    reader    text COLLATE "C" NOT NULL,
    company   text COLLATE "C" NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    day       date             NOT NULL,
    marked_at timestamptz      NOT NULL DEFAULT now(),
    PRIMARY KEY (reader, company, user_id, day)
);
CREATE INDEX changed_day_oldest ON tracking.changed_day (reader, marked_at, company, user_id, day);
COMMENT ON TABLE tracking.day_reader IS 'cross-tenant: names of services';
COMMENT ON TABLE tracking.changed_day IS 'cross-tenant: a reader works through the days of all companies; only whose day changed, no places';
GRANT SELECT ON tracking.day_reader TO {{worker}};
GRANT SELECT, INSERT, UPDATE ON tracking.changed_day TO {{worker}};

-- Takes the oldest mark of the service that calls, and returns it, or nothing when there is none. By their names, those who report
-- all day would keep the others waiting for ever. The caller then reads the day in a
-- later statement of the same READ COMMITTED transaction, and writes its result there. A writer that stores fixes of the day at
-- the same time holds the mark until its commit: such a mark is passed over for now. If the writer comes later, it waits for
-- the caller's transaction, and then marks the day again. So no fix is stored whose day is neither marked nor read with it.
CREATE FUNCTION tracking.take_changed_day(OUT company text, OUT user_id text, OUT day date) RETURNS SETOF record
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    -- Materialized, or the server is free to look for a mark more than once, and to delete each that it finds.
    WITH t AS MATERIALIZED (
        SELECT m.reader, m.company, m.user_id, m.day FROM tracking.changed_day m WHERE m.reader = session_user
        ORDER BY m.reader, m.marked_at, m.company, m.user_id, m.day LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM tracking.changed_day c USING t
    WHERE c.reader = t.reader AND c.company = t.company AND c.user_id = t.user_id AND c.day = t.day
    RETURNING c.company, c.user_id, c.day
$$;
REVOKE EXECUTE ON FUNCTION tracking.take_changed_day() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tracking.take_changed_day() TO {{reader}};

-- How far storage is: every position that was received before stored_until is stored, or is a dead letter. asked_at is when
-- the service last looked. Both are domain time. margin is how far stored_until is behind asked_at when nothing waits.
-- Whichever process leads writes the one row.
CREATE TABLE tracking.watermark (
    one          boolean        PRIMARY KEY DEFAULT true CHECK (one),
    stored_until timestamptz(3) NOT NULL,
    asked_at     timestamptz(3) NOT NULL,
    margin       interval       NOT NULL
);
COMMENT ON TABLE tracking.watermark IS 'cross-tenant: two instants of the installation';
GRANT SELECT, INSERT, UPDATE ON tracking.watermark TO {{worker}};
CREATE VIEW tracking.v_watermark AS SELECT stored_until, asked_at, margin FROM tracking.watermark;
GRANT SELECT ON tracking.v_watermark TO {{reader}};
