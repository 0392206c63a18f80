-- With which device its user began a shift, empty if nobody knows: summary lets one device of a user count at a time. The id of a shift is
-- the key of the action that began it, also when its start was corrected.
CREATE OR REPLACE VIEW activity.v_shift AS
SELECT s.id_empresa, s.user_id, s.id, s.started_at, s.ended_at, s.pauses, s.forced, s.version,
       coalesce((SELECT a.device FROM activity.shift_action a
                 WHERE a.id_empresa = s.id_empresa AND a.user_id = s.user_id AND a.key = s.id AND a.by_user = s.user_id), '') AS device
FROM activity.shift s;

-- Since when a place is archived. Nobody wrote that down of those that are archived already: for them it is when they changed last.
ALTER TABLE activity.place ADD COLUMN archived_at timestamptz(3);
CREATE OR REPLACE VIEW activity.v_place AS
SELECT p.id_empresa, p.id, p.name, p.lat, p.lon, p.radius_m, p.archived,
       CASE WHEN p.archived THEN coalesce(p.archived_at, p.updated_at) END AS archived_at
FROM activity.place p;
