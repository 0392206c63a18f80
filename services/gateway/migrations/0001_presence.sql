-- When each person last had a connection, to the minute. It is written by whichever gateway knows it, and only moves forward.
CREATE TABLE gateway.last_seen (
    id_empresa text           NOT NULL,
    user_id    text           NOT NULL,
    at         timestamptz(0) NOT NULL,
    PRIMARY KEY (id_empresa, user_id)
) WITH (fillfactor = 80); -- at has no index, so that a row is replaced within its page
{{protect "last_seen"}}
GRANT SELECT ON gateway.last_seen TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.last_seen TO {{worker}};

-- What a company decides about presence. A company that has decided nothing has no row.
CREATE TABLE gateway.settings (
    id_empresa text   NOT NULL PRIMARY KEY,
    presence   text   NOT NULL CHECK (presence IN ('always', 'on_shift')),
    version    bigint NOT NULL DEFAULT 0
);
{{protect "settings"}}
GRANT SELECT, INSERT, UPDATE ON gateway.settings TO {{service}};
GRANT SELECT ON gateway.settings TO {{worker}};

{{change_log}}
