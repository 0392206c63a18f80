{{outbox}}
{{idempotency_key}}
{{change_log}}
