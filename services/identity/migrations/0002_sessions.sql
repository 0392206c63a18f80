-- Sessions: a family is one login and every refresh token that came from it.
CREATE TABLE identity.session_family (
    id_empresa text        NOT NULL,
    id         uuid        NOT NULL,
    user_id    text        NOT NULL,
    started_at timestamptz NOT NULL,
    used       bigint      NOT NULL DEFAULT 0, -- the highest generation that was presented
    used_at    timestamptz NOT NULL,
    revoked_at timestamptz,
    expires_at timestamptz NOT NULL,           -- of its newest token
    PRIMARY KEY (id_empresa, id),
    FOREIGN KEY (id_empresa, user_id) REFERENCES identity.users
);
CREATE INDEX session_family_by_user ON identity.session_family (id_empresa, user_id);
CREATE INDEX session_family_by_end ON identity.session_family (expires_at);

-- Only the hashes of tokens that may still be presented: those of the used generation and the next.
CREATE TABLE identity.refresh_token (
    id_empresa text        NOT NULL,
    hash       bytea       NOT NULL,
    family_id  uuid        NOT NULL,
    generation bigint      NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (id_empresa, hash),
    FOREIGN KEY (id_empresa, family_id) REFERENCES identity.session_family ON DELETE CASCADE
);
CREATE INDEX refresh_token_by_family ON identity.refresh_token (id_empresa, family_id);

{{protect "session_family"}}
{{protect "refresh_token"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.session_family, identity.refresh_token TO {{service}}, {{worker}};

CREATE TABLE identity.login_attempt (
    key   bytea            PRIMARY KEY,
    level double precision NOT NULL,
    at    timestamptz      NOT NULL
);
CREATE INDEX login_attempt_by_time ON identity.login_attempt (at);
COMMENT ON TABLE identity.login_attempt IS
    'cross-tenant: attempts to sign in, by the hash of a login or an address; whose it is, is not known yet';
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.login_attempt TO {{worker}};

-- The keys that sign access tokens. Only the worker role, which identity alone may take, reads the private part.
CREATE TABLE identity.signing_key (
    id         text        PRIMARY KEY,
    signs_from timestamptz NOT NULL,
    private    bytea       NOT NULL -- the 32 bytes of RFC 8032's private key
);
COMMENT ON TABLE identity.signing_key IS 'cross-tenant: the keys that sign everybody''s tokens';
GRANT SELECT, INSERT, DELETE ON identity.signing_key TO {{worker}};
