-- The user's devices, of which the first counts, as internal/rule remembers them; null while none was heard.
ALTER TABLE geofence.user_state ADD COLUMN devices json;

-- Who sets no buffer has one of 40 m. The first edit of a company wrote the defaults of its time into the plan, so that 25 m
-- there is mostly the old default, and not a choice. Another version makes every process read the plan again.
GRANT UPDATE (exit_buffer_m, version) ON geofence.plan TO {{worker}};
SET LOCAL ROLE {{worker}};
UPDATE geofence.plan SET exit_buffer_m = 40, version = version + 1 WHERE exit_buffer_m = 25;
SET LOCAL ROLE {{owner}};
REVOKE UPDATE (exit_buffer_m, version) ON geofence.plan FROM {{worker}};
