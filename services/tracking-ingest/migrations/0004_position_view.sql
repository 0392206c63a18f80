-- All positions of the reader's company, for other services. It obeys the reader's tenant.
CREATE VIEW tracking.v_position AS
SELECT id_empresa, user_id, device_id, recorded_at, received_at, lat, lon,
       accuracy_m, altitude_m, speed_mps, bearing_deg, battery, charging, activity, mock
FROM tracking.position;
GRANT SELECT ON tracking.v_position TO {{reader}};
