-- An alert may have no place: a panic without GPS, a silence before the first position. It has both numbers or neither.
ALTER TABLE notifier.alert ALTER COLUMN lat DROP NOT NULL, ALTER COLUMN lon DROP NOT NULL,
    ADD CHECK ((lat IS NULL) = (lon IS NULL)), ADD CHECK (lat IS NOT NULL OR accuracy_m IS NULL);
