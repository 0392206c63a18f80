-- When each user of every company was seen last, for services that compare all companies in one statement. It holds no
-- places: accuracy_m only says how good the newest position is.
CREATE VIEW tracking.v_last_seen AS
SELECT id_empresa, user_id, device_id, recorded_at, received_at, accuracy_m, battery
FROM tracking.latest_position;
{{publish_across_tenants "v_last_seen" "geofence looks for positions that it missed, in all companies at once; instants and batteries, no places"}}
