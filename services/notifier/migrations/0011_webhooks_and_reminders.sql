-- A webhook has a few calls on the stream at a time. The others wait here, so that a webhook that hangs does not take the places of others
-- in the consumer. It is wall time at which a call was put on the stream, or was tried last; NULL while it waits.
ALTER TABLE notifier.webhook_delivery ADD COLUMN streamed_at timestamptz(3);
UPDATE notifier.webhook_delivery SET streamed_at = now() WHERE state = 'queued';
CREATE INDEX webhook_delivery_queued ON notifier.webhook_delivery (id_empresa, webhook_id, queued_at, id) WHERE state = 'queued';
CREATE INDEX webhook_delivery_on_stream ON notifier.webhook_delivery (id_empresa, webhook_id, streamed_at) WHERE state = 'queued';

-- Reminders that may turn out not to hold.
CREATE INDEX notification_to_take_back ON notifier.notification (created_at)
    WHERE kind IN ('reminder_first_visit', 'reminder_shift_open') AND read_at IS NULL;
