-- Of users whose company hides what lies outside shifts: the newest position that people may see. latest_position holds the newest,
-- which may be hidden. Both are judged again when they are read, by activity's views, so a row here never shows what is hidden.
CREATE TABLE tracking.shown_position (LIKE tracking.latest_position INCLUDING ALL) WITH (fillfactor = 70);
{{protect "shown_position"}}
GRANT SELECT ON tracking.shown_position TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON tracking.shown_position TO {{worker}};
-- What is deleted 48 hours after its reception may be somebody's newest position.
GRANT DELETE ON tracking.latest_position TO {{worker}};

-- Up to two rows a user. Readers show the newest of them that package shifts lets them show.
CREATE OR REPLACE VIEW tracking.v_latest_position AS
SELECT id_empresa, user_id, device_id, recorded_at, received_at, lat, lon,
       accuracy_m, altitude_m, speed_mps, bearing_deg, battery, charging, activity, mock
FROM tracking.latest_position
UNION ALL
SELECT id_empresa, user_id, device_id, recorded_at, received_at, lat, lon,
       accuracy_m, altitude_m, speed_mps, bearing_deg, battery, charging, activity, mock
FROM tracking.shown_position;
