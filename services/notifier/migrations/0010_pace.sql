-- When a push was given to its stream; NULL while it is held, because its company has enough of them on their way. Pushes from before this
-- migration are on their way already.
ALTER TABLE notifier.delivery ADD COLUMN released_at timestamptz(3) DEFAULT now(),
    -- Its lane: pushes of the other one do not hold it.
    ADD COLUMN urgent boolean NOT NULL DEFAULT false;
CREATE INDEX delivery_held ON notifier.delivery (id_empresa, urgent, queued_at) WHERE state = 'queued' AND released_at IS NULL;
CREATE INDEX delivery_released ON notifier.delivery (id_empresa, urgent, released_at) WHERE state = 'queued' AND released_at IS NOT NULL;
