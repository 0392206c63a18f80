-- What somebody had when it left a group: the title and the version, when the newest message came, and by PostgreSQL's clock when it left. What
-- comes later is not shown to it. When messages were removed last, because they were too old.
ALTER TABLE chat.member ADD COLUMN left_title text, ADD COLUMN left_version bigint, ADD COLUMN left_last_at timestamptz(3), ADD COLUMN left_at timestamptz;
-- Of those who left before, only the instant is known.
ALTER TABLE chat.member ALTER COLUMN left_at TYPE timestamptz USING CASE WHEN left_seq IS NOT NULL THEN changed_at END,
    ALTER COLUMN left_last_at TYPE timestamptz(3) USING CASE WHEN left_seq IS NOT NULL THEN changed_at END;
ALTER TABLE chat.conversation ADD COLUMN gone_at timestamptz;
