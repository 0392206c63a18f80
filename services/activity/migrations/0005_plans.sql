-- When people are planned to work: a week for the company (scope_id is empty), for a team or for a user. The narrowest that is there
-- holds. A plan that was removed keeps its row, so that its version goes on.
CREATE TABLE activity.shift_plan (
    id_empresa  text           NOT NULL,
    scope       text           NOT NULL CHECK (scope IN ('company', 'team', 'user')),
    scope_id    text           NOT NULL,
    -- Empty for the company's time zone.
    zone        text           NOT NULL DEFAULT '',
    on_holidays boolean        NOT NULL DEFAULT false,
    windows     json           NOT NULL DEFAULT '[]',
    removed     boolean        NOT NULL DEFAULT true,
    version     bigint         NOT NULL DEFAULT 0,
    updated_at  timestamptz(3) NOT NULL,
    updated_by  text           NOT NULL,
    PRIMARY KEY (id_empresa, scope, scope_id),
    CHECK ((scope = 'company') = (scope_id = ''))
);
{{protect "shift_plan"}}
GRANT SELECT, INSERT, UPDATE ON activity.shift_plan TO {{service}};
GRANT SELECT ON activity.shift_plan TO {{worker}};

-- The dates on which nobody of a company is planned to work whose plan does not say so.
CREATE TABLE activity.holidays (
    id_empresa text           NOT NULL PRIMARY KEY,
    days       json           NOT NULL DEFAULT '[]',
    version    bigint         NOT NULL DEFAULT 0,
    updated_at timestamptz(3) NOT NULL,
    updated_by text           NOT NULL
);
{{protect "holidays"}}
GRANT SELECT, INSERT, UPDATE ON activity.holidays TO {{service}};
GRANT SELECT ON activity.holidays TO {{worker}};

-- The teams whose day is closed at another time than their company's.
CREATE TABLE activity.team_settings (
    id_empresa text NOT NULL,
    team_id    text NOT NULL,
    close_at   text NOT NULL,
    PRIMARY KEY (id_empresa, team_id)
);
{{protect "team_settings"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON activity.team_settings TO {{service}};
GRANT SELECT ON activity.team_settings TO {{worker}};

-- The companies whose close changed, until the close of all that is open has moved: the last visit and the last user of a shift that
-- did.
CREATE TABLE activity.close_move (
    id_empresa  text           NOT NULL PRIMARY KEY,
    -- What was due by then stays. Another change begins the work anew.
    changed_at  timestamptz(3) NOT NULL,
    after_visit text           NOT NULL DEFAULT '',
    after_user  text           NOT NULL DEFAULT ''
);
{{protect "close_move"}}
GRANT SELECT, INSERT, UPDATE ON activity.close_move TO {{service}};
GRANT SELECT, UPDATE, DELETE ON activity.close_move TO {{worker}};

-- The local time of the close that holds for a shift; empty for shifts from before teams had one: the company's.
ALTER TABLE activity.shift ADD COLUMN closes_by text NOT NULL DEFAULT '';
