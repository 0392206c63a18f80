-- Where a company's customers are.
CREATE TABLE activity.place (
    id_empresa  text           NOT NULL,
    id          text           NOT NULL,
    -- The company's own name for it, as in its other systems; empty for none.
    external_id text           NOT NULL,
    name        text           NOT NULL,
    address     text           NOT NULL,
    contact     text           NOT NULL,
    notes       text           NOT NULL,
    lat         float8         NOT NULL,
    lon         float8         NOT NULL,
    radius_m    float8         NOT NULL,
    -- The name as it is sorted, and all that is searched: without capitals and accents.
    name_key    text           NOT NULL,
    search      text           NOT NULL,
    archived    boolean        NOT NULL DEFAULT false,
    version     bigint         NOT NULL DEFAULT 1,
    created_at  timestamptz(3) NOT NULL,
    updated_at  timestamptz(3) NOT NULL,
    updated_by  text           NOT NULL,
    PRIMARY KEY (id_empresa, id)
);
CREATE UNIQUE INDEX place_by_external_id ON activity.place (id_empresa, external_id) WHERE external_id <> '';
CREATE INDEX place_by_name ON activity.place (id_empresa, name_key, id);
CREATE INDEX place_by_lat ON activity.place (id_empresa, lat, lon);
{{protect "place"}}
GRANT SELECT, INSERT, UPDATE ON activity.place TO {{service}};
GRANT SELECT ON activity.place TO {{worker}};

-- A visit or a task: what the office planned, and below it what the actions on it come to, for lists and for the close.
CREATE TABLE activity.visit (
    id_empresa  text           NOT NULL,
    id          text           NOT NULL,
    tipo        text           NOT NULL CHECK (tipo IN ('visita', 'tarea')),
    external_id text           NOT NULL,
    title       text           NOT NULL,
    notes       text           NOT NULL,
    priority    text           NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
    -- At a place, at coordinates of its own, or nowhere.
    place_id    text           NOT NULL,
    lat         float8,
    lon         float8,
    radius_m    float8,
    checklist   json           NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    created_by  text           NOT NULL,
    plan_from   timestamptz(3) NOT NULL,
    plan_until  timestamptz(3) NOT NULL,
    plan_worker text           NOT NULL,
    plan_team   text           NOT NULL,

    state         text           NOT NULL CHECK (state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio', 'completada', 'incompleta', 'cancelada')),
    since         timestamptz(3) NOT NULL,
    win_from      timestamptz(3) NOT NULL,
    win_until     timestamptz(3) NOT NULL,
    worker        text           NOT NULL,
    team          text           NOT NULL,
    in_at         timestamptz(3),
    in_distance_m float8,
    out_at        timestamptz(3),
    reason        text           NOT NULL,
    -- The answers to the checklist that count, by item.
    answers       json           NOT NULL,
    -- When the visit is closed if nobody ends it.
    close_at      timestamptz(3) NOT NULL,
    -- When the latest of its actions happened, and how many there are.
    last_at       timestamptz(3) NOT NULL,
    actions       integer        NOT NULL,
    version       bigint         NOT NULL DEFAULT 1,
    changed_at    timestamptz(3) NOT NULL,
    changed_by    text           NOT NULL,
    PRIMARY KEY (id_empresa, id),
    CHECK (win_until > win_from AND close_at >= win_until)
);
CREATE UNIQUE INDEX visit_by_external_id ON activity.visit (id_empresa, external_id) WHERE external_id <> '';
CREATE INDEX visit_by_window ON activity.visit (id_empresa, win_from, id);
CREATE INDEX visit_by_worker ON activity.visit (id_empresa, worker, win_from, id);
CREATE INDEX visit_by_team ON activity.visit (id_empresa, team, win_from, id) WHERE team <> '';
CREATE INDEX visit_by_place ON activity.visit (id_empresa, place_id, win_from, id) WHERE place_id <> '';
-- What is due to be closed: in which companies, and in one of them.
CREATE INDEX visit_due ON activity.visit (close_at) WHERE state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio');
CREATE INDEX visit_open ON activity.visit (id_empresa, close_at) WHERE state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio');
CREATE INDEX visit_open_of_worker ON activity.visit (id_empresa, worker, win_from) WHERE state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio');
CREATE INDEX visit_over ON activity.visit (changed_at) WHERE state IN ('completada', 'incompleta', 'cancelada');
{{protect "visit"}}
GRANT SELECT, INSERT, UPDATE ON activity.visit TO {{service}};
GRANT SELECT, UPDATE, DELETE ON activity.visit TO {{worker}};

-- What was done about a visit, each thing once. Nobody may change an action; it goes when its visit does, and in no other way.
CREATE TABLE activity.visit_action (
    id_empresa  text           NOT NULL,
    visit_id    text           NOT NULL,
    key         text           NOT NULL,
    kind        text           NOT NULL,
    -- When it happened, and when we knew.
    at          timestamptz(3) NOT NULL,
    received_at timestamptz(3) NOT NULL,
    by_user     text           NOT NULL,
    office      boolean        NOT NULL,
    device      text           NOT NULL,
    lat         float8,
    lon         float8,
    accuracy_m  float8,
    distance_m  float8,
    mock        boolean        NOT NULL,
    reason      text           NOT NULL,
    worker      text           NOT NULL,
    team        text           NOT NULL,
    win_from    timestamptz(3),
    win_until   timestamptz(3),
    corrects    text           NOT NULL,
    answers     json           NOT NULL DEFAULT '[]',
    -- A hash of the request: the same key with another request is a mistake of the client.
    request     text           NOT NULL,
    PRIMARY KEY (id_empresa, visit_id, key),
    FOREIGN KEY (id_empresa, visit_id) REFERENCES activity.visit ON DELETE CASCADE
);
{{protect "visit_action"}}
GRANT SELECT, INSERT ON activity.visit_action TO {{service}}, {{worker}};

-- What a company decides about its visits. A company that has decided nothing has no row.
CREATE TABLE activity.settings (
    id_empresa      text    NOT NULL PRIMARY KEY,
    check_in_policy text    NOT NULL CHECK (check_in_policy IN ('note', 'reason', 'refuse')),
    check_in_max_m  integer NOT NULL,
    close_at        text    NOT NULL
);
{{protect "settings"}}
GRANT SELECT, INSERT, UPDATE ON activity.settings TO {{service}};
GRANT SELECT ON activity.settings TO {{worker}};

{{outbox}}
{{idempotency_key}}
{{change_log}}
