-- Recurring visits: what each of them is, and on which local dates. The dates of the rule are kept, so that nobody has to read the
-- rule again.
CREATE TABLE activity.series (
    id_empresa  text           NOT NULL,
    id          text           NOT NULL,
    tipo        text           NOT NULL CHECK (tipo IN ('visita', 'tarea')),
    title       text           NOT NULL,
    notes       text           NOT NULL,
    priority    text           NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
    place_id    text           NOT NULL,
    lat         float8,
    lon         float8,
    radius_m    float8,
    checklist   json           NOT NULL,
    worker      text           NOT NULL,
    team        text           NOT NULL,
    rule        text           NOT NULL,
    first_date  text           NOT NULL,
    -- Local times of the window; both are empty for the whole day.
    from_time   text           NOT NULL,
    until_time  text           NOT NULL,
    dates       text[]         NOT NULL,
    last_date   text           NOT NULL,
    -- The visits up to this date are made, or were passed over because their window had ended. Empty before the first.
    made_until  text           NOT NULL DEFAULT '',
    -- When the next visit is to be made; null when none is left.
    make_at     timestamptz(3),
    -- Why the visits that are due cannot be made; empty if they can.
    problem     text           NOT NULL DEFAULT '',
    created_at  timestamptz(3) NOT NULL,
    created_by  text           NOT NULL,
    ended_at    timestamptz(3),
    ended_by    text           NOT NULL DEFAULT '',
    end_reason  text           NOT NULL DEFAULT '',
    PRIMARY KEY (id_empresa, id)
);
CREATE INDEX series_due ON activity.series (make_at) WHERE make_at IS NOT NULL;
CREATE INDEX series_of_company_due ON activity.series (id_empresa, make_at) WHERE make_at IS NOT NULL;
CREATE INDEX series_by_place ON activity.series (id_empresa, place_id, id) WHERE place_id <> '';
{{protect "series"}}
GRANT SELECT, INSERT, UPDATE ON activity.series TO {{service}};
GRANT SELECT, UPDATE, DELETE ON activity.series TO {{worker}};

-- A visit of a series is made once for each date, whoever makes it.
ALTER TABLE activity.visit ADD COLUMN series_id text NOT NULL DEFAULT '', ADD COLUMN series_date text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX visit_by_series ON activity.visit (id_empresa, series_id, series_date) WHERE series_id <> '';
GRANT INSERT ON activity.visit TO {{worker}};
