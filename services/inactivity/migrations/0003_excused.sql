-- How close a standstill is to its spot, so that the end of its alert names the place as the beginning did.
ALTER TABLE inactivity.silence ADD COLUMN accuracy_m real;

-- When the shared silence before the one that lasts ended: who was excused then stays excused.
ALTER TABLE inactivity.shared ADD COLUMN excused_at timestamptz(3);

-- Up to when people were judged last, and up to when nobody is blamed, because nobody could look. Whichever process checks writes the
-- one row.
CREATE TABLE inactivity.judged (
    one        boolean        PRIMARY KEY DEFAULT true CHECK (one),
    judged_at  timestamptz(3) NOT NULL,
    excused_at timestamptz(3)
);
COMMENT ON TABLE inactivity.judged IS 'cross-tenant: two instants of the installation';
GRANT SELECT, INSERT, UPDATE ON inactivity.judged TO {{worker}};
