-- A service writes the rows of its own jobs and no other's. The login role is the service's (session_user: a worker's
-- transaction has changed current_user), and it is the job that says whose it is. identity, which answers for people, may ask
-- for a run of any job: a row that is due and names who asked. Rows of a job that is no more are anybody's to clean up.
-- Whoever provisions is no service.
CREATE FUNCTION platform.check_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    owner text;
BEGIN
    IF session_user NOT LIKE 'terreno\_%' THEN
        RETURN changed;
    END IF;
    IF TG_TABLE_NAME = 'job' THEN
        owner := changed.service;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.service <> NEW.service THEN
                RAISE insufficient_privilege USING MESSAGE = 'a job stays with its service';
            END IF;
        END IF;
    ELSE
        IF TG_OP = 'UPDATE' THEN
            IF OLD.job <> NEW.job THEN
                RAISE insufficient_privilege USING MESSAGE = 'a row stays with its job';
            END IF;
        END IF;
        SELECT j.service INTO owner FROM platform.job j WHERE j.name = changed.job;
        IF owner IS NULL AND TG_OP <> 'INSERT' THEN
            RETURN changed;
        END IF;
        IF TG_TABLE_NAME = 'job_run' AND TG_OP <> 'DELETE' AND session_user = 'terreno_identity' THEN
            IF NEW.state = 'due' AND NEW.requested_by <> '' THEN
                RETURN changed;
            END IF;
        END IF;
    END IF;
    IF owner IS NULL OR session_user <> 'terreno_' || replace(owner, '-', '_') THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is not the service of this job', session_user);
    END IF;
    RETURN changed;
END $$;
CREATE TRIGGER check_owner BEFORE INSERT OR UPDATE OR DELETE ON platform.job FOR EACH ROW EXECUTE FUNCTION platform.check_owner();
CREATE TRIGGER check_owner BEFORE INSERT OR UPDATE OR DELETE ON platform.job_schedule FOR EACH ROW EXECUTE FUNCTION platform.check_owner();
CREATE TRIGGER check_owner BEFORE INSERT OR UPDATE OR DELETE ON platform.job_run FOR EACH ROW EXECUTE FUNCTION platform.check_owner();
