-- When the stream stored the message at the frontier. It tells this message from another one that got the same sequence after
-- NATS lost the end of the stream. Null where it is not known.
ALTER TABLE geofence.frontier ADD COLUMN stored timestamptz;
