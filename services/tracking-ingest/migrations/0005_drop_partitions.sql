-- As it was in 0002, but the days are read from the names of partitions alone: the server was free to read them from the names
-- of all relations first, and did so once there were many.
CREATE OR REPLACE FUNCTION tracking.drop_partitions(first_day_kept date) RETURNS integer
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
        WITH partition AS MATERIALIZED (
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'tracking.position'::regclass
        )
        SELECT relname FROM partition WHERE to_date(right(relname, 8), 'YYYYMMDD') < first_day_kept ORDER BY relname LIMIT 100
    LOOP
        EXECUTE format('DROP TABLE tracking.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
