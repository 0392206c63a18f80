-- What changed too soon after a notification to be told at once, and when it is told. Owed are visits, or a part of many.
ALTER TABLE notifier.visit_pace ADD COLUMN owed text[] NOT NULL DEFAULT '{}', ADD COLUMN owed_at timestamptz(3);
CREATE INDEX visit_pace_owed ON notifier.visit_pace (owed_at) WHERE owed_at IS NOT NULL;
