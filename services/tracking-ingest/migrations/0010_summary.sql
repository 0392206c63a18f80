-- Service summary adds up days, so it is told which of them change.
INSERT INTO tracking.day_reader (reader) VALUES ('terreno_summary');
