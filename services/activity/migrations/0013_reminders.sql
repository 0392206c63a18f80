-- What there is to be done and when, for the service that reminds people of it, in all companies at once.
CREATE VIEW activity.v_visit_time AS
SELECT v.id_empresa, v.id, v.tipo, v.worker, v.state, v.win_from, v.win_until, v.in_at FROM activity.visit v;
{{publish_across_tenants "v_visit_time" "notifier reminds people of all companies in one statement; ids and instants, no places and no texts"}}

-- When people are planned to work. The windows are [{day, from, to}], day 1 is Monday.
CREATE VIEW activity.v_shift_plan AS
SELECT p.id_empresa, p.scope, p.scope_id, p.zone, p.windows FROM activity.shift_plan p WHERE NOT p.removed;
{{publish_across_tenants "v_shift_plan" "notifier reminds people whose planned work is over, of all companies in one statement; ids and local times"}}

-- Who has not checked in, by when the visit should have begun; and which shifts last, by when they began.
CREATE INDEX visit_not_begun ON activity.visit (win_from) WHERE state IN ('pendiente', 'aceptada', 'en_ruta');
CREATE INDEX shift_open_since ON activity.shift (started_at) WHERE ended_at IS NULL;
