-- Whose shifts there are: the row that is locked while a user's shifts are folded. version rises with each change of them.
CREATE TABLE activity.shift_user (
    id_empresa text   NOT NULL,
    user_id    text   NOT NULL,
    version    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (id_empresa, user_id)
);
{{protect "shift_user"}}
GRANT SELECT, INSERT, UPDATE ON activity.shift_user TO {{service}}, {{worker}};

-- What somebody did about the shifts of a user, each thing once. Nobody may change an action.
CREATE TABLE activity.shift_action (
    id_empresa  text           NOT NULL,
    user_id     text           NOT NULL,
    key         text           NOT NULL,
    kind        text           NOT NULL,
    at          timestamptz(3) NOT NULL,
    received_at timestamptz(3) NOT NULL,
    by_user     text           NOT NULL,
    reason      text           NOT NULL,
    device      text           NOT NULL,
    ends        timestamptz(3),
    request     text           NOT NULL,
    PRIMARY KEY (id_empresa, user_id, key),
    FOREIGN KEY (id_empresa, user_id) REFERENCES activity.shift_user
);
CREATE INDEX shift_action_by_time ON activity.shift_action (id_empresa, user_id, at);
CREATE INDEX shift_action_by_age ON activity.shift_action (at);
{{protect "shift_action"}}
GRANT SELECT, INSERT ON activity.shift_action TO {{service}};
GRANT SELECT, INSERT, DELETE ON activity.shift_action TO {{worker}};

-- What the actions come to.
CREATE TABLE activity.shift (
    id_empresa text           NOT NULL,
    user_id    text           NOT NULL,
    id         text           NOT NULL,
    started_at timestamptz(3) NOT NULL,
    ended_at   timestamptz(3),
    paused     boolean        NOT NULL,
    pauses     json           NOT NULL,
    forced     boolean        NOT NULL,
    -- When it is closed if nobody ends it.
    close_at   timestamptz(3) NOT NULL,
    version    bigint         NOT NULL,
    PRIMARY KEY (id_empresa, user_id, id),
    FOREIGN KEY (id_empresa, user_id) REFERENCES activity.shift_user
);
CREATE INDEX shift_by_start ON activity.shift (id_empresa, started_at, user_id, id);
CREATE INDEX shift_of_user ON activity.shift (id_empresa, user_id, started_at);
CREATE INDEX shift_due ON activity.shift (close_at) WHERE ended_at IS NULL;
CREATE INDEX shift_open ON activity.shift (id_empresa, close_at) WHERE ended_at IS NULL;
CREATE INDEX shift_by_age ON activity.shift (started_at);
{{protect "shift"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON activity.shift TO {{service}}, {{worker}};

-- Who works now, and since when, for services that ask in the company's name.
CREATE VIEW activity.v_on_shift AS
SELECT s.id_empresa, s.user_id, s.id, s.started_at, s.paused FROM activity.shift s WHERE s.ended_at IS NULL;
GRANT SELECT ON activity.v_on_shift TO {{reader}};
