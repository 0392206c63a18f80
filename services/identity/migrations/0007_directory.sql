-- What every service's directory reads, cheap to read for all companies at once.

-- The teams of a user as the directory tells them, written together with version by whatever raises it (people/news.go).
-- team_member is where they come from; asking it for each of a million users takes ten seconds.
ALTER TABLE identity.users ADD COLUMN teams text[] NOT NULL DEFAULT '{}';
SET LOCAL ROLE {{worker}};
UPDATE identity.users u SET teams = m.teams
FROM (SELECT id_empresa, user_id, array_agg(team_id ORDER BY team_id) AS teams FROM identity.team_member GROUP BY id_empresa, user_id) m
WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id;
SET LOCAL ROLE {{owner}};

-- Sessions that ended by themselves, not with all of their user's: until when an access token of theirs may live.
ALTER TABLE identity.session_family ADD COLUMN tokens_until timestamptz;
CREATE INDEX session_family_ended ON identity.session_family (tokens_until) WHERE tokens_until IS NOT NULL;

-- A directory that sees another epoch loads everything again. After a restore of PostgreSQL the server, the timeline or the
-- database is another, which the view sees by itself; where none of them is (a disk snapshot), the operator gives the
-- row another id: UPDATE identity.epoch SET id = gen_random_uuid().
CREATE TABLE identity.epoch (
    one boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    id  uuid    NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO identity.epoch DEFAULT VALUES;
COMMENT ON TABLE identity.epoch IS 'cross-tenant: one row for the whole database';
GRANT SELECT ON identity.epoch TO {{worker}};

-- A view is replaced by its owner, which for these is the worker.
GRANT CREATE ON SCHEMA identity TO {{worker}};
SET LOCAL ROLE {{worker}};
CREATE OR REPLACE VIEW identity.v_directory_users AS
SELECT u.id_empresa, u.id, u.role, u.teams, u.active, u.tokens_valid_from, u.version FROM identity.users u;
SET LOCAL ROLE {{owner}};
REVOKE CREATE ON SCHEMA identity FROM {{worker}};

CREATE VIEW identity.v_directory_sessions AS
SELECT f.id_empresa, f.id::text AS id, f.tokens_until FROM identity.session_family f WHERE f.tokens_until IS NOT NULL;
{{publish_across_tenants "v_directory_sessions" "every service refuses the tokens of sessions that ended; names nobody"}}

CREATE VIEW identity.v_directory_epoch AS
SELECT concat_ws('/', e.id, s.system_identifier, c.timeline_id, d.oid) AS epoch
FROM identity.epoch e, pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database();
{{publish_across_tenants "v_directory_epoch" "every service notices that the database was restored"}}
