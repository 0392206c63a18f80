-- When a counter is as if it had never been: how long it matters differs from kind to kind.
ALTER TABLE identity.login_attempt ADD COLUMN until timestamptz NOT NULL DEFAULT 'epoch';
DROP INDEX identity.login_attempt_by_time;
CREATE INDEX login_attempt_by_end ON identity.login_attempt (until);

-- Where an account has signed in from, so that guesses from elsewhere do not keep its owner out there.
CREATE TABLE identity.login_place (
    key     bytea       PRIMARY KEY, -- hash of account and place
    account bytea       NOT NULL,    -- hash
    at      timestamptz NOT NULL     -- of the last success
);
CREATE INDEX login_place_by_account ON identity.login_place (account, at);
CREATE INDEX login_place_by_time ON identity.login_place (at);
COMMENT ON TABLE identity.login_place IS
    'cross-tenant: where accounts have signed in from, by hashes; read before it is known whose a login is';
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.login_place TO {{worker}};
