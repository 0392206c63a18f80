-- At which charge of a phone people are told of it, percent; 0 for never.
ALTER TABLE inactivity.setting ADD COLUMN low_battery_pct integer NOT NULL DEFAULT 15 CHECK (low_battery_pct BETWEEN 0 AND 50);

-- A low battery is one of a device. limit_pct is the charge at which it was told of.
ALTER TABLE inactivity.silence DROP CONSTRAINT silence_kind_check,
    ADD CONSTRAINT silence_kind_check CHECK (kind IN ('inactividad', 'sin_movimiento', 'bateria_baja')),
    ADD COLUMN device_id text NOT NULL DEFAULT '',
    ADD COLUMN limit_pct integer NOT NULL DEFAULT 0;

-- Each check looks for the few charges that are low and new.
CREATE INDEX device_state_low ON inactivity.device_state (occurred_at) WHERE kind = 'battery' AND NOT charging AND level < 0.505;
