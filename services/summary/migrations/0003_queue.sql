-- Whether the days of a date's people were put into the queue since it was closed. A process may die between the two.
ALTER TABLE summary.closing ADD COLUMN queued boolean NOT NULL DEFAULT true;
GRANT UPDATE (queued) ON summary.closing TO {{worker}};

-- What waits of the company of the transaction, so that a list can say that it lacks days.
CREATE VIEW summary.waiting AS
SELECT p.company AS id_empresa, p.user_id, p.date FROM summary.pending p WHERE p.company = nullif(current_setting('terreno.tenant', true), '');
GRANT SELECT ON summary.waiting TO {{service}};
-- A company's part of the queue.
CREATE INDEX pending_of_company ON summary.pending (company, date);
