-- It rises with every change, so that an admin does not overwrite what another one decided meanwhile.
ALTER TABLE activity.settings ADD COLUMN version bigint NOT NULL DEFAULT 0;
