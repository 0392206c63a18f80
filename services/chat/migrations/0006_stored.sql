-- When PostgreSQL stored it, by its own clock. How old something is follows from this, and from no clock of a replica.
DROP INDEX chat.message_by_age;
DROP INDEX chat.file_without_message;

ALTER TABLE chat.conversation ADD COLUMN stored_at timestamptz;
ALTER TABLE chat.message ADD COLUMN stored_at timestamptz;
ALTER TABLE chat.file ADD COLUMN stored_at timestamptz;
ALTER TABLE chat.audit ADD COLUMN stored_at timestamptz;
ALTER TABLE chat.erasure ADD COLUMN stored_at timestamptz NOT NULL DEFAULT clock_timestamp();

-- Of what is there: by a clock of a replica, but not later than PostgreSQL knows. Not with UPDATE, which would see no row of any company. Each
-- table is written anew once.
ALTER TABLE chat.conversation ALTER COLUMN stored_at TYPE timestamptz USING least(created_at, changed_at),
    ALTER COLUMN stored_at SET DEFAULT clock_timestamp(), ALTER COLUMN stored_at SET NOT NULL;
ALTER TABLE chat.message ALTER COLUMN stored_at TYPE timestamptz USING least(created_at, changed_at),
    ALTER COLUMN stored_at SET DEFAULT clock_timestamp(), ALTER COLUMN stored_at SET NOT NULL;
ALTER TABLE chat.file ALTER COLUMN stored_at TYPE timestamptz USING least(created_at, clock_timestamp()),
    ALTER COLUMN stored_at SET DEFAULT clock_timestamp(), ALTER COLUMN stored_at SET NOT NULL;
ALTER TABLE chat.audit ALTER COLUMN stored_at TYPE timestamptz USING least(last_at, clock_timestamp()),
    ALTER COLUMN stored_at SET DEFAULT clock_timestamp(), ALTER COLUMN stored_at SET NOT NULL;

CREATE INDEX message_by_age ON chat.message (id_empresa, stored_at);
CREATE INDEX file_without_message ON chat.file (stored_at) WHERE seq = 0;

-- The retention went at most two days further than the run before, because it went by the clocks of replicas.
DROP TABLE chat.retention;
