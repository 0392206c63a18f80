-- Calls for help. While one is open, and 36 hours at most, people see where its user is, although the company hides what lies outside
-- shifts.
CREATE TABLE activity.help (
    id_empresa text           NOT NULL,
    id         text           NOT NULL,
    user_id    text           NOT NULL,
    started_at timestamptz(3) NOT NULL,
    ended_at   timestamptz(3),
    PRIMARY KEY (id_empresa, id)
);
CREATE INDEX help_by_user ON activity.help (id_empresa, user_id, started_at);
CREATE INDEX help_by_age ON activity.help (started_at);
{{protect "help"}}
GRANT SELECT ON activity.help TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON activity.help TO {{worker}};

-- From when to when people see what was recorded: in each shift, pauses included, and in each call for help. What nobody has ended lasts
-- 36 hours at most (package shift). The worker owns the view, which shows all companies.
GRANT CREATE ON SCHEMA {{schema}} TO {{worker}};
SET LOCAL ROLE {{worker}};
CREATE OR REPLACE VIEW activity.v_shift_span AS
SELECT s.id_empresa, s.user_id, s.id, s.started_at, coalesce(s.ended_at, s.started_at + interval '36 hours') AS ended_by, s.version, 'jornada' AS tipo
FROM activity.shift s
UNION ALL
SELECT h.id_empresa, h.user_id, h.id, h.started_at, least(h.ended_at, h.started_at + interval '36 hours'), 1 + (h.ended_at IS NOT NULL)::integer, 'auxilio'
FROM activity.help h;
SET LOCAL ROLE {{owner}};
REVOKE CREATE ON SCHEMA {{schema}} FROM {{worker}};
