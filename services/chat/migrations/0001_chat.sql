{{outbox}}
{{idempotency_key}}
{{change_log}}
{{timer}}

-- What a company decided about its conversations.
CREATE TABLE chat.settings (
    id_empresa         text    NOT NULL PRIMARY KEY,
    who_talks          text    NOT NULL CHECK (who_talks IN ('everybody', 'supervisors')),
    keep_after_leaving boolean NOT NULL,
    auditing           boolean NOT NULL,
    retention_days     integer NOT NULL CHECK (retention_days BETWEEN 30 AND 3650),
    version            bigint  NOT NULL DEFAULT 1
);
{{protect "settings"}}
GRANT SELECT, INSERT, UPDATE ON chat.settings TO {{service}};
GRANT SELECT ON chat.settings TO {{worker}};

-- changed_at is of PostgreSQL's clock, here and below: all replicas ask one clock what changed since when.
CREATE TABLE chat.conversation (
    id_empresa text           NOT NULL,
    id         text           NOT NULL,
    kind       text           NOT NULL CHECK (kind IN ('private', 'group', 'visit', 'team', 'broadcast')),
    -- Of a private conversation: both users, sorted, with a blank between them. There is one for each pair.
    pair       text           NOT NULL DEFAULT '',
    visit_id   text           NOT NULL DEFAULT '',
    team_id    text           NOT NULL DEFAULT '',
    title      text           NOT NULL DEFAULT '',
    created_at timestamptz(3) NOT NULL,
    created_by text           NOT NULL,
    version    bigint         NOT NULL DEFAULT 1,
    -- The seq of the newest message, and when it came. Messages up to gone_seq are removed, because they were too old.
    last_seq   bigint         NOT NULL DEFAULT 0,
    last_at    timestamptz(3) NOT NULL,
    gone_seq   bigint         NOT NULL DEFAULT 0,
    changed_at timestamptz    NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (id_empresa, id),
    CHECK ((kind = 'private') = (pair <> '') AND (kind = 'visit') = (visit_id <> '') AND (kind = 'team') = (team_id <> '')),
    CHECK (gone_seq <= last_seq)
);
CREATE UNIQUE INDEX conversation_of_pair ON chat.conversation (id_empresa, pair) WHERE kind = 'private';
CREATE UNIQUE INDEX conversation_of_visit ON chat.conversation (id_empresa, visit_id) WHERE kind = 'visit';
CREATE UNIQUE INDEX conversation_of_team ON chat.conversation (id_empresa, team_id) WHERE kind = 'team';
CREATE INDEX conversation_by_kind ON chat.conversation (id_empresa, kind, last_at);
{{protect "conversation"}}
GRANT SELECT, INSERT, UPDATE ON chat.conversation TO {{service}};
GRANT SELECT, UPDATE ON chat.conversation TO {{worker}};

-- Who is, or was, in a private conversation or a group, and how far each has got. Of the other kinds a row is only how far somebody has
-- got: who is in them follows from the visit, the team or the company.
CREATE TABLE chat.member (
    id_empresa      text           NOT NULL,
    conversation_id text           NOT NULL,
    user_id         text           NOT NULL,
    role            text           NOT NULL CHECK (role IN ('owner', 'member')),
    -- Sees messages after joined_seq. Once somebody has left, left_seq is the last that it could see.
    joined_seq      bigint         NOT NULL DEFAULT 0,
    left_seq        bigint,
    delivered_seq   bigint         NOT NULL DEFAULT 0,
    read_seq        bigint         NOT NULL DEFAULT 0,
    muted_until     timestamptz(3),
    -- The message of which the user was told last, and when.
    notified_seq    bigint         NOT NULL DEFAULT 0,
    notified_at     timestamptz(3),
    changed_at      timestamptz    NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (id_empresa, conversation_id, user_id),
    FOREIGN KEY (id_empresa, conversation_id) REFERENCES chat.conversation ON DELETE CASCADE,
    CHECK (read_seq <= delivered_seq)
);
CREATE INDEX member_by_user ON chat.member (id_empresa, user_id, conversation_id);
CREATE INDEX member_by_change ON chat.member (id_empresa, conversation_id, changed_at);
{{protect "member"}}
GRANT SELECT, INSERT, UPDATE ON chat.member TO {{service}};
GRANT SELECT, INSERT, UPDATE ON chat.member TO {{worker}};

CREATE TABLE chat.message (
    id_empresa      text           NOT NULL,
    conversation_id text           NOT NULL,
    seq             bigint         NOT NULL,
    version         bigint         NOT NULL DEFAULT 1,
    sender_id       text           NOT NULL,
    client_id       text           NOT NULL,
    -- A hash of the request: the same client_id with another request is a mistake of the client.
    request         text           NOT NULL,
    kind            text           NOT NULL CHECK (kind IN ('text', 'location', 'photo', 'file', 'system')),
    text            text           NOT NULL,
    lat             float8,
    lon             float8,
    accuracy_m      float8,
    file_id         text           NOT NULL DEFAULT '',
    reply_to        bigint         NOT NULL DEFAULT 0,
    mentions        text[]         NOT NULL DEFAULT '{}',
    created_at      timestamptz(3) NOT NULL,
    sent_at         timestamptz(3),
    edited_at       timestamptz(3),
    deleted_at      timestamptz(3),
    -- What is searched.
    words           tsvector       NOT NULL DEFAULT '',
    changed_at      timestamptz    NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (id_empresa, conversation_id, seq),
    FOREIGN KEY (id_empresa, conversation_id) REFERENCES chat.conversation ON DELETE CASCADE
);
CREATE UNIQUE INDEX message_by_client ON chat.message (id_empresa, conversation_id, sender_id, client_id);
CREATE INDEX message_by_change ON chat.message (id_empresa, conversation_id, changed_at);
CREATE INDEX message_by_age ON chat.message (id_empresa, created_at);
CREATE INDEX message_by_sender ON chat.message (id_empresa, sender_id);
CREATE INDEX message_by_words ON chat.message USING gin (words);
{{protect "message"}}
GRANT SELECT, INSERT, UPDATE ON chat.message TO {{service}};
GRANT SELECT, UPDATE, DELETE ON chat.message TO {{worker}};

-- A photo or a file. Its bytes are in a file of pkg/blob. seq is the message that shows it: 0 until there is one.
CREATE TABLE chat.file (
    id_empresa      text           NOT NULL,
    conversation_id text           NOT NULL,
    id              text           NOT NULL,
    user_id         text           NOT NULL,
    kind            text           NOT NULL CHECK (kind IN ('photo', 'file')),
    name            text           NOT NULL,
    type            text           NOT NULL,
    bytes           bigint         NOT NULL,
    blob            text           NOT NULL,
    seq             bigint         NOT NULL DEFAULT 0,
    created_at      timestamptz(3) NOT NULL,
    PRIMARY KEY (id_empresa, conversation_id, id),
    FOREIGN KEY (id_empresa, conversation_id) REFERENCES chat.conversation ON DELETE CASCADE
);
CREATE INDEX file_by_message ON chat.file (id_empresa, conversation_id, seq);
CREATE INDEX file_without_message ON chat.file (created_at) WHERE seq = 0;
{{protect "file"}}
GRANT SELECT, INSERT, UPDATE ON chat.file TO {{service}};
GRANT SELECT, DELETE ON chat.file TO {{worker}};

-- Who read a conversation without being in it, by day. Nobody can remove a row.
CREATE TABLE chat.audit (
    id_empresa      text           NOT NULL,
    conversation_id text           NOT NULL,
    user_id         text           NOT NULL,
    day             date           NOT NULL,
    first_at        timestamptz(3) NOT NULL,
    last_at         timestamptz(3) NOT NULL,
    PRIMARY KEY (id_empresa, conversation_id, user_id, day),
    FOREIGN KEY (id_empresa, conversation_id) REFERENCES chat.conversation ON DELETE CASCADE
);
{{protect "audit"}}
GRANT SELECT, INSERT, UPDATE ON chat.audit TO {{service}};
GRANT SELECT ON chat.audit TO {{worker}};
