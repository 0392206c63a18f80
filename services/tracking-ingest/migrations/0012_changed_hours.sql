-- A mark says of which hour of its UTC day fixes changed. A company's day touches two UTC days: without the hour, every upload of today
-- would change yesterday as well. Old marks stand for all hours of their days.
ALTER TABLE tracking.changed_day ADD COLUMN hour smallint NOT NULL DEFAULT 0 CHECK (hour BETWEEN 0 AND 23),
    DROP CONSTRAINT changed_day_pkey, ADD PRIMARY KEY (reader, company, user_id, day, hour);
DROP INDEX tracking.changed_day_oldest;
CREATE INDEX changed_day_oldest ON tracking.changed_day (reader, marked_at, company, user_id, day, hour);
SET LOCAL ROLE {{worker}};
INSERT INTO tracking.changed_day (reader, company, user_id, day, marked_at, hour)
SELECT m.reader, m.company, m.user_id, m.day, m.marked_at, h FROM tracking.changed_day m, generate_series(1, 23) h;
SET LOCAL ROLE {{owner}};
ALTER TABLE tracking.changed_day ALTER COLUMN hour DROP DEFAULT;

-- As before (0008), with the hour.
DROP FUNCTION tracking.take_changed_day();
CREATE FUNCTION tracking.take_changed_day(OUT company text, OUT user_id text, OUT day date, OUT hour smallint) RETURNS SETOF record
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH t AS MATERIALIZED (
        SELECT m.reader, m.company, m.user_id, m.day, m.hour FROM tracking.changed_day m WHERE m.reader = session_user
        ORDER BY m.reader, m.marked_at, m.company, m.user_id, m.day, m.hour LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM tracking.changed_day c USING t
    WHERE c.reader = t.reader AND c.company = t.company AND c.user_id = t.user_id AND c.day = t.day AND c.hour = t.hour
    RETURNING c.company, c.user_id, c.day, c.hour
$$;
REVOKE EXECUTE ON FUNCTION tracking.take_changed_day() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tracking.take_changed_day() TO {{reader}};
