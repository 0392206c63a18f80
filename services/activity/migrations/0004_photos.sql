-- A photo is an action on a visit. Its bytes are a file (pkg/blob) with this name, and these are what people know it by, what it is
-- and its size. They are empty for other actions.
ALTER TABLE activity.visit_action
    ADD COLUMN photo_id    text   NOT NULL DEFAULT '',
    ADD COLUMN photo_file  text   NOT NULL DEFAULT '',
    ADD COLUMN photo_type  text   NOT NULL DEFAULT '',
    ADD COLUMN photo_bytes bigint NOT NULL DEFAULT 0;

-- How many bytes the photos of a company have.
CREATE TABLE activity.photo_use (
    id_empresa text   NOT NULL PRIMARY KEY,
    bytes      bigint NOT NULL
);
{{protect "photo_use"}}
GRANT SELECT, INSERT, UPDATE ON activity.photo_use TO {{service}};
GRANT SELECT, UPDATE ON activity.photo_use TO {{worker}};
