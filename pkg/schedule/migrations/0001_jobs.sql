-- What jobs there are. Each service writes its own at its start.
CREATE TABLE platform.job (
    name       text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,63}$'),
    service    text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('interval', 'daily')),
    every_s    integer CHECK (every_s > 0),
    local_time text CHECK (local_time ~ '^\d\d:\d\d$'),
    about      text NOT NULL,
    CHECK ((kind = 'interval') = (every_s IS NOT NULL)),
    CHECK ((kind = 'daily') = (local_time IS NOT NULL))
);
COMMENT ON TABLE platform.job IS 'cross-tenant: names of workers, the same for every company';

-- What comes next. scope is a company, or * for all of them, which no company can be called. rule is what next_due_at was
-- computed by, beside the zone: 22:00 or 180s.
CREATE TABLE platform.job_schedule (
    job         text        NOT NULL,
    scope       text        NOT NULL CHECK (scope ~ '^(\*|[A-Za-z0-9_-]{1,64})$'),
    zone        text        NOT NULL,
    rule        text        NOT NULL,
    next_slot   text        NOT NULL,
    next_due_at timestamptz NOT NULL,
    PRIMARY KEY (job, scope)
);
CREATE INDEX job_schedule_next ON platform.job_schedule (job, next_due_at);
COMMENT ON TABLE platform.job_schedule IS
    'cross-tenant: when each worker turns to which company next; services plan all companies at once';

-- What is to be run, runs and ran: the queue, the log, and by its key the guarantee that a slot is planned once. lease_until
-- and retry_at are wall time, the other instants domain time.
CREATE TABLE platform.job_run (
    job          text        NOT NULL,
    scope        text        NOT NULL CHECK (scope ~ '^(\*|[A-Za-z0-9_-]{1,64})$'),
    slot         text        NOT NULL,
    due_at       timestamptz NOT NULL,
    state        text        NOT NULL CHECK (state IN ('due', 'running', 'done', 'failed', 'skipped')),
    late         boolean     NOT NULL DEFAULT false,
    missed       integer     NOT NULL DEFAULT 0, -- slots before this one that were passed over
    attempts     integer     NOT NULL DEFAULT 0,
    owner        text        NOT NULL DEFAULT '',
    lease_until  timestamptz,
    retry_at     timestamptz,
    started_at   timestamptz,
    finished_at  timestamptz,
    error        text        NOT NULL DEFAULT '',
    requested_by text        NOT NULL DEFAULT '',
    PRIMARY KEY (job, scope, slot),
    CHECK ((state = 'running') = (lease_until IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'skipped')) = (finished_at IS NOT NULL))
);
CREATE INDEX job_run_queue ON platform.job_run (job, due_at, scope) WHERE state IN ('due', 'running');
CREATE INDEX job_run_open ON platform.job_run (job, scope, due_at) WHERE state IN ('due', 'running');
CREATE INDEX job_run_log ON platform.job_run (job, due_at, scope, slot);
CREATE INDEX job_run_age ON platform.job_run (finished_at);
COMMENT ON TABLE platform.job_run IS
    'cross-tenant: runs of workers for all companies; identity shows a company its own, and no text of runs for all';

-- Every service writes the rows of its own jobs.
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.job, platform.job_schedule, platform.job_run TO {{reader}};
