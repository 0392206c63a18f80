-- The teams that were told of it last. Who leaves a team takes its visits and shifts along, and the next event tells the supervisors
-- of the team that they have them no longer.
ALTER TABLE activity.visit ADD COLUMN told text[] NOT NULL DEFAULT '{}';
ALTER TABLE activity.shift_user ADD COLUMN told text[] NOT NULL DEFAULT '{}';

-- How many of the last versions differ only by a photo that arrived. Whoever saw one of them, or the version before, saw the visit as
-- it is.
ALTER TABLE activity.visit ADD COLUMN photo_versions integer NOT NULL DEFAULT 0;
