-- Who works now, since when, and since when without a pause, for services that compare all companies in one statement.
CREATE OR REPLACE VIEW activity.v_on_shift AS
SELECT s.id_empresa, s.user_id, s.id, s.started_at, s.paused,
       greatest(s.started_at, (s.pauses -> -1 ->> 'Until')::timestamptz) AS since
FROM activity.shift s WHERE s.ended_at IS NULL;
{{publish_across_tenants "v_on_shift" "inactivity compares who works with who reports, in all companies at once; ids and instants, no places"}}

-- Shifts with their pauses, [{From, Until}], for services that ask in the company's name. The Until of a pause that lasts is the year 1.
CREATE VIEW activity.v_shift AS
SELECT s.id_empresa, s.user_id, s.id, s.started_at, s.ended_at, s.pauses, s.forced, s.version FROM activity.shift s;
GRANT SELECT ON activity.v_shift TO {{reader}};

-- Visits and tasks with their site, for services that ask in the company's name.
CREATE VIEW activity.v_visit AS
SELECT v.id_empresa, v.id, v.tipo, v.worker, v.team, v.state, v.since, v.win_from, v.win_until, v.in_at, v.out_at, v.place_id,
       coalesce(p.lat, v.lat) AS lat, coalesce(p.lon, v.lon) AS lon, coalesce(p.radius_m, v.radius_m) AS radius_m
FROM activity.visit v LEFT JOIN activity.place p ON p.id_empresa = v.id_empresa AND p.id = v.place_id;
GRANT SELECT ON activity.v_visit TO {{reader}};

-- The company's places, for services that ask in its name.
CREATE VIEW activity.v_place AS
SELECT p.id_empresa, p.id, p.name, p.lat, p.lon, p.radius_m, p.archived FROM activity.place p;
GRANT SELECT ON activity.v_place TO {{reader}};
