-- How many groups somebody has begun.
CREATE INDEX conversation_by_founder ON chat.conversation (id_empresa, created_by) WHERE kind = 'group';
-- What an admin lists for auditing: all of the company, newest first.
CREATE INDEX conversation_by_time ON chat.conversation (id_empresa, last_at, id);
