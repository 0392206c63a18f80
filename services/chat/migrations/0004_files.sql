-- How many bytes the photos and files of a company have.
CREATE TABLE chat.file_use (
    id_empresa text   NOT NULL PRIMARY KEY,
    bytes      bigint NOT NULL
);
{{protect "file_use"}}
GRANT SELECT, INSERT, UPDATE ON chat.file_use TO {{service}};
GRANT SELECT, UPDATE ON chat.file_use TO {{worker}};

-- Files that no message shows, of one user; and messages that say nothing any more, and showed a file.
CREATE INDEX file_of_user ON chat.file (id_empresa, user_id) WHERE seq = 0;
CREATE INDEX message_without_file ON chat.message (id_empresa, conversation_id, seq) WHERE deleted_at IS NOT NULL AND kind IN ('photo', 'file');

-- Words are searched in one company: each vector of the index has the company as a word of its own, which begins with a sign that no other
-- word has.
DROP INDEX chat.message_by_words;
CREATE INDEX message_by_words ON chat.message USING gin ((words || array_to_tsvector(ARRAY['@' || id_empresa])));

-- In the order in which an export and an erasure read them.
DROP INDEX chat.message_by_sender;
CREATE INDEX message_by_sender ON chat.message (id_empresa, sender_id, conversation_id, seq);

-- Until which instant a run of the retention judged messages. The next one goes at most two days further: see chat-retencion.
CREATE TABLE chat.retention (
    id_empresa text           NOT NULL PRIMARY KEY,
    judged_at  timestamptz(3) NOT NULL
);
{{protect "retention"}}
GRANT SELECT, INSERT, UPDATE ON chat.retention TO {{worker}};
GRANT DELETE ON chat.audit TO {{worker}};

-- Persons whose messages an admin has erased. done_at is set when nothing is left.
CREATE TABLE chat.erasure (
    id_empresa   text           NOT NULL,
    id           text           NOT NULL,
    user_id      text           NOT NULL,
    requested_at timestamptz(3) NOT NULL,
    requested_by text           NOT NULL,
    messages     bigint         NOT NULL DEFAULT 0,
    done_at      timestamptz(3),
    PRIMARY KEY (id_empresa, id)
);
CREATE UNIQUE INDEX erasure_open ON chat.erasure (id_empresa, user_id) WHERE done_at IS NULL;
CREATE INDEX erasure_by_time ON chat.erasure (id_empresa, requested_at, id);
{{protect "erasure"}}
GRANT SELECT, INSERT ON chat.erasure TO {{service}};
GRANT SELECT, UPDATE ON chat.erasure TO {{worker}};
