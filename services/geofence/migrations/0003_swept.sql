-- The version of the plan up to which the sweep has brought the company's states. The sweep visits whoever is behind. It starts
-- at 0: the first sweep after this migration visits everyone once.
ALTER TABLE geofence.plan ADD COLUMN swept bigint NOT NULL DEFAULT 0;
GRANT UPDATE (swept) ON geofence.plan TO {{worker}};
