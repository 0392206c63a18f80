-- Why an alert happened, as far as anybody can know (alert.Why). An alert of type sistema is about nobody: its user_id is empty, and
-- so admins alone see it.
ALTER TABLE notifier.alert ADD COLUMN why jsonb NOT NULL DEFAULT '{}';
