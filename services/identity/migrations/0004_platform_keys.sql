-- Platform admins ask for runs of jobs that are for all companies: their idempotency keys belong to the empty company, which
-- is the worker's.
GRANT INSERT, UPDATE (status, body) ON identity.idempotency_key TO {{worker}};
