-- When a phone was heard of last, if what it sent was older than the newest position: its clock is behind, it sends what it recorded
-- before, or the user has another phone. It is at most some seconds late. shown_position has the same columns.
ALTER TABLE tracking.latest_position ADD COLUMN heard_at timestamptz(3);
ALTER TABLE tracking.shown_position ADD COLUMN heard_at timestamptz(3);
CREATE VIEW tracking.v_contact AS
SELECT id_empresa, user_id, device_id, recorded_at, greatest(received_at, heard_at) AS contact_at, battery
FROM tracking.latest_position;
{{publish_across_tenants "v_contact" "inactivity compares when people were heard of last, in all companies at once; instants and batteries, no places"}}
