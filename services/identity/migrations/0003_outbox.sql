
-- Events that wait for the bus, and the answers to requests with an Idempotency-Key.
{{outbox}}
{{idempotency_key}}
