-- Positions are stored as they came, a row a message, and merged later. A row holds a track (proto/track). Rows of
-- the older form are not converted: nothing was released that wrote them.
DO $$
BEGIN
    -- The size, and not a row: row-level security hides the rows from this role.
    IF (SELECT coalesce(sum(pg_relation_size(inhrelid)), 0) FROM pg_inherits WHERE inhparent = 'tracking.position'::regclass) > 0 THEN
        RAISE EXCEPTION 'tracking.position holds positions in the form of an older Terreno, which this version does not read. Nothing was changed. Save what you need with the older version, run TRUNCATE tracking.position, tracking.latest_position as the owner of the database, and provision again';
    END IF;
END
$$;
DROP VIEW tracking.v_position;
DROP FUNCTION tracking.ensure_partitions(date, date), tracking.drop_partitions(date);
DROP TABLE tracking.position;

-- Messages as they came: id is a hash of the body. A message that comes again has the same key, so it is stored once. No
-- message crosses a UTC midnight. A merge moves the rows to tracking.segment, and a day that has none left is dropped. A row that a
-- merge could not read stays, with 0 fixes.
CREATE TABLE tracking.arrived (
    id_empresa  text COLLATE "C" NOT NULL,
    user_id     text COLLATE "C" NOT NULL,
    received_at timestamptz(3)   NOT NULL,
    id          bytea            NOT NULL,
    first_at    timestamptz(3)   NOT NULL,
    last_at     timestamptz(3)   NOT NULL,
    fixes       integer          NOT NULL,
    track       bytea            NOT NULL,
    PRIMARY KEY (id_empresa, user_id, received_at, id)
) PARTITION BY RANGE (received_at);

-- Merged positions of one device. No two segments of a device hold the same instant, and none crosses a UTC midnight. The bytes
-- hardly compress, so PostgreSQL does not try.
CREATE TABLE tracking.segment (
    id_empresa text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    device_id  text COLLATE "C" NOT NULL,
    first_at   timestamptz(3)   NOT NULL,
    last_at    timestamptz(3)   NOT NULL,
    fixes      integer          NOT NULL,
    track      bytea            NOT NULL,
    PRIMARY KEY (id_empresa, user_id, first_at, device_id)
) PARTITION BY RANGE (first_at);

ALTER TABLE tracking.segment ALTER COLUMN track SET STORAGE EXTERNAL;

{{protect "arrived"}}
{{protect "segment"}}
GRANT SELECT ON tracking.arrived, tracking.segment TO {{service}};
GRANT SELECT, INSERT, DELETE ON tracking.arrived, tracking.segment TO {{worker}};

-- All positions of the reader's company, for other services, as tracks: package track reads them and resolves what two tracks
-- say of the same instant. No track crosses a UTC midnight: a reader of a time gives first_at a lower limit too, the midnight
-- before, so that other days are not looked at.
CREATE VIEW tracking.v_track AS
SELECT id_empresa, user_id, first_at, last_at, fixes, track FROM tracking.segment
UNION ALL
SELECT id_empresa, user_id, first_at, last_at, fixes, track FROM tracking.arrived;
GRANT SELECT ON tracking.v_track TO {{reader}};

-- Partitions are days in UTC: of the fixes for segment, of the reception for arrived. The service may make and drop them
-- through these functions and in no other way.

-- Makes what is missing of the days from first_day to last_day, both included, and returns how many it made. Not more than
-- 100 at once: each takes several of the server's locks until the transaction ends, and those are few. A partition is made on
-- its own and then attached, which does not wait for readers as CREATE ... PARTITION OF would. Partitions do not inherit
-- row-level security: with it on and no policy, and without a grant, they are reached through the parent only.
CREATE FUNCTION tracking.ensure_partitions(parent text, first_day date, last_day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET client_min_messages = warning
AS $$
DECLARE
    day  date;
    name text;
    made integer := 0;
BEGIN
    IF parent NOT IN ('arrived', 'segment') THEN
        RAISE EXCEPTION 'tracking.% has no partitions', parent;
    END IF;
    IF last_day - first_day >= 100 THEN
        RAISE EXCEPTION 'the days from % to % are more than 100', first_day, last_day;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('tracking.partitions'));
    FOR day IN SELECT first_day + i FROM generate_series(0, last_day - first_day) AS i LOOP
        name := parent || '_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('tracking.' || name) IS NOT NULL;
        EXECUTE format('CREATE TABLE tracking.%I (LIKE tracking.%I INCLUDING ALL)', name, parent);
        EXECUTE format('ALTER TABLE tracking.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE tracking.%I ATTACH PARTITION tracking.%I FOR VALUES FROM (%L) TO (%L)',
            parent, name, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- The days of a table before a day, oldest first. They are read from the names of its partitions alone: the server is free to
-- read names of other relations as days first.
CREATE FUNCTION tracking.partitions_before(parent text, day date) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH partition AS MATERIALIZED (
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = ('tracking.' || parent)::regclass
    )
    SELECT relname::text FROM partition WHERE to_date(right(relname, 8), 'YYYYMMDD') < day ORDER BY relname
$$;

-- Drops segments of days before first_day_kept, oldest first and at most 100, and returns how many. Somebody who reads for
-- long makes it fail after 0.2 s rather than make everyone else wait behind it; the caller tries again.
CREATE FUNCTION tracking.drop_partitions(first_day_kept date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '200ms'
AS $$
DECLARE
    name    text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('tracking.partitions'));
    FOR name IN SELECT p FROM tracking.partitions_before('segment', first_day_kept) AS p LIMIT 100 LOOP
        EXECUTE format('DROP TABLE tracking.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;

-- Drops a day of reception if it holds no message any more, and says whether it did. The owner looks without row-level security,
-- which would hide the messages from it: nobody else sees that, because the lock is exclusive and what is changed is undone or
-- dropped in the same transaction. The lock keeps out everybody who stores or reads messages. So the caller names only a day that
-- it has seen empty, and a transaction drops one day. Somebody who reads for long makes it fail after 0.2 s; the caller tries again.
CREATE FUNCTION tracking.drop_empty_partition(day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '200ms'
AS $$
DECLARE
    name    text := 'arrived_' || to_char(day, 'YYYYMMDD');
    full_up boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('tracking.partitions'));
    IF to_regclass('tracking.' || name) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE ONLY tracking.arrived, ONLY tracking.%I IN ACCESS EXCLUSIVE MODE', name);
    EXECUTE format('ALTER TABLE tracking.%I NO FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('SELECT EXISTS (SELECT FROM tracking.%I)', name) INTO full_up;
    IF full_up THEN
        EXECUTE format('ALTER TABLE tracking.%I FORCE ROW LEVEL SECURITY', name);
    ELSE
        EXECUTE format('DROP TABLE tracking.%I', name);
    END IF;
    RETURN NOT full_up;
END
$$;

REVOKE EXECUTE ON FUNCTION tracking.ensure_partitions(text, date, date), tracking.partitions_before(text, date),
    tracking.drop_partitions(date), tracking.drop_empty_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tracking.ensure_partitions(text, date, date), tracking.partitions_before(text, date),
    tracking.drop_partitions(date), tracking.drop_empty_partition(date) TO {{worker}};
