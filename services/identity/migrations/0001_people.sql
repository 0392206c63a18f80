-- Who there is. Platform admins belong to no company: their id_empresa is empty, which is no tenant, so that no tenant's
-- transaction ever sees them.
CREATE TABLE identity.company (
    id_empresa text   NOT NULL PRIMARY KEY CHECK (id_empresa ~ '^[A-Za-z0-9_-]{1,64}$'),
    name       text   NOT NULL,
    zone       text   NOT NULL,
    status     text   NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    tracking   text   NOT NULL DEFAULT 'always' CHECK (tracking IN ('always', 'on_shift')),
    version    bigint NOT NULL DEFAULT 0
);

CREATE TABLE identity.users (
    id_empresa        text        NOT NULL,
    id                text        NOT NULL CHECK (id ~ '^[A-Za-z0-9_-]{1,64}$'),
    name              text        NOT NULL,
    email             text        NOT NULL DEFAULT '',
    phone             text        NOT NULL DEFAULT '',
    payroll_number    text        NOT NULL DEFAULT '',
    role              text        NOT NULL CHECK (role IN ('admin', 'supervisor', 'colaborador', 'platform_admin')),
    active            boolean     NOT NULL DEFAULT true,
    password_hash     text        NOT NULL DEFAULT '',
    tokens_valid_from timestamptz NOT NULL DEFAULT 'epoch',
    version           bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (id_empresa, id),
    CHECK ((id_empresa = '') = (role = 'platform_admin'))
);
CREATE INDEX users_by_name ON identity.users (id_empresa, name, id);

-- What a user may sign in with, folded (login.Key). One key is one user of the company, whether it is an e-mail
-- address, a phone or a payroll number.
CREATE TABLE identity.user_login (
    id_empresa text NOT NULL,
    key        text NOT NULL,
    user_id    text NOT NULL,
    PRIMARY KEY (id_empresa, key),
    FOREIGN KEY (id_empresa, user_id) REFERENCES identity.users
);
CREATE INDEX user_login_by_key ON identity.user_login (key);
CREATE INDEX user_login_by_user ON identity.user_login (id_empresa, user_id);

CREATE TABLE identity.team (
    id_empresa text NOT NULL,
    id         text NOT NULL CHECK (id ~ '^[A-Za-z0-9_-]{1,64}$'),
    name       text NOT NULL,
    PRIMARY KEY (id_empresa, id)
);
CREATE UNIQUE INDEX team_by_name ON identity.team (id_empresa, lower(name));

CREATE TABLE identity.team_member (
    id_empresa text NOT NULL,
    team_id    text NOT NULL,
    user_id    text NOT NULL,
    PRIMARY KEY (id_empresa, team_id, user_id),
    FOREIGN KEY (id_empresa, team_id) REFERENCES identity.team,
    FOREIGN KEY (id_empresa, user_id) REFERENCES identity.users
);
CREATE INDEX team_member_by_user ON identity.team_member (id_empresa, user_id);

-- The worker looks a login up in all companies, lists companies for platform admins and keeps the platform admins.
{{protect "company"}}
{{protect "users"}}
{{protect "user_login"}}
{{protect "team"}}
{{protect "team_member"}}

GRANT SELECT, INSERT, UPDATE ON identity.company, identity.users TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.user_login, identity.team, identity.team_member TO {{service}};
GRANT SELECT ON identity.company, identity.team, identity.team_member TO {{worker}};
GRANT SELECT, INSERT, UPDATE ON identity.users TO {{worker}};
GRANT SELECT, INSERT, DELETE ON identity.user_login TO {{worker}};

-- Everyone in the company, for services that ask in its name. It obeys the reader's tenant.
CREATE VIEW identity.v_users AS
SELECT u.id_empresa, u.id, u.name, u.role,
       ARRAY(SELECT m.team_id FROM identity.team_member m
             WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id ORDER BY m.team_id) AS teams,
       u.active
FROM identity.users u;
GRANT SELECT ON identity.v_users TO {{reader}};

-- What the directory of every service decides by. It names nobody.
CREATE VIEW identity.v_directory_users AS
SELECT u.id_empresa, u.id, u.role,
       ARRAY(SELECT m.team_id FROM identity.team_member m
             WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id ORDER BY m.team_id) AS teams,
       u.active, u.tokens_valid_from, u.version
FROM identity.users u;
{{publish_across_tenants "v_directory_users" "every service checks every company's tokens; no personal data"}}

CREATE VIEW identity.v_directory_companies AS
SELECT c.id_empresa AS id, c.zone, c.status = 'suspended' AS suspended, c.version
FROM identity.company c;
{{publish_across_tenants "v_directory_companies" "every service knows which companies there are"}}
