-- Partitions are days in UTC. The service may make and drop them through these two functions and in no other way.

-- Makes what is missing of the days from first_day to last_day, both included, and returns how many it made. Not more than
-- 100 at once: each takes several of the server's locks until the transaction ends, and those are few. A partition
-- is made on its own and then attached, which does not wait for readers as CREATE ... PARTITION OF would. Partitions do
-- not inherit row-level security: with it on and no policy, and without a grant, they are reached through the parent only.
CREATE FUNCTION tracking.ensure_partitions(first_day date, last_day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
DECLARE
    day  date;
    name text;
    made integer := 0;
BEGIN
    IF last_day - first_day >= 100 THEN
        RAISE EXCEPTION 'the days from % to % are more than 100', first_day, last_day;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('tracking.partitions'));
    FOR day IN SELECT first_day + i FROM generate_series(0, last_day - first_day) AS i LOOP
        name := 'position_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('tracking.' || name) IS NOT NULL;
        EXECUTE format('CREATE TABLE tracking.%I (LIKE tracking.position INCLUDING ALL)', name);
        EXECUTE format('ALTER TABLE tracking.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE tracking.position ATTACH PARTITION tracking.%I FOR VALUES FROM (%L) TO (%L)',
            name, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Drops days before first_day_kept, oldest first and at most 100, and returns how many. Somebody who reads for long makes
-- it fail after 3 s rather than make everyone else wait behind it; the caller tries again.
CREATE FUNCTION tracking.drop_partitions(first_day_kept date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '3s'
AS $$
DECLARE
    name    text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('tracking.partitions'));
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'tracking.position'::regclass
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < first_day_kept
        ORDER BY c.relname LIMIT 100
    LOOP
        EXECUTE format('DROP TABLE tracking.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

REVOKE EXECUTE ON FUNCTION tracking.ensure_partitions(date, date), tracking.drop_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tracking.ensure_partitions(date, date), tracking.drop_partitions(date) TO {{worker}};
