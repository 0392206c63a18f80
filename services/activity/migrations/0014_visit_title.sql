-- Visits and tasks with their site and title, for services that ask in the company's name.
CREATE OR REPLACE VIEW activity.v_visit AS
SELECT v.id_empresa, v.id, v.tipo, v.worker, v.team, v.state, v.since, v.win_from, v.win_until, v.in_at, v.out_at, v.place_id,
       coalesce(p.lat, v.lat) AS lat, coalesce(p.lon, v.lon) AS lon, coalesce(p.radius_m, v.radius_m) AS radius_m, v.title
FROM activity.visit v LEFT JOIN activity.place p ON p.id_empresa = v.id_empresa AND p.id = v.place_id;
