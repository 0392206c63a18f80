-- When a company's people may be tracked: always, or only in their shifts. tracking_since is when that was decided last, and
-- tracking_version rises with each decision.
ALTER TABLE activity.settings
    ADD COLUMN tracking         text           NOT NULL DEFAULT 'always' CHECK (tracking IN ('always', 'on_shift')),
    ADD COLUMN tracking_since   timestamptz(3) NOT NULL DEFAULT 'epoch',
    ADD COLUMN tracking_version integer        NOT NULL DEFAULT 0;

-- The companies that hide what lies outside shifts. A company that is not here is tracked always.
CREATE VIEW activity.v_on_shift_only AS
SELECT s.id_empresa, s.tracking_since AS since, s.tracking_version AS version FROM activity.settings s WHERE s.tracking = 'on_shift';
{{publish_across_tenants "v_on_shift_only" "every service that reads positions must know which companies hide them; ids and instants"}}

-- From when to when each shift lasts, pauses included. One that nobody has ended lasts 36 hours at most (package shift).
CREATE VIEW activity.v_shift_span AS
SELECT s.id_empresa, s.user_id, s.id, s.started_at, coalesce(s.ended_at, s.started_at + interval '36 hours') AS ended_by, s.version
FROM activity.shift s;
{{publish_across_tenants "v_shift_span" "services that read positions of all companies hide what lies outside shifts; ids and instants"}}
