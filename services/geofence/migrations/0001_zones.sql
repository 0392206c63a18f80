-- A company's zones as one thing: every edit of a zone, an assignment or a parameter raises the version, in its own
-- transaction, so that whoever judges by the zones knows whether what it holds is current. Companies without zones have no row.
CREATE TABLE geofence.plan (
    id_empresa     text             NOT NULL PRIMARY KEY,
    version        bigint           NOT NULL,
    exit_buffer_m  double precision NOT NULL,
    confirm_fixes  integer          NOT NULL,
    confirm_s      integer          NOT NULL,
    max_accuracy_m double precision NOT NULL,
    max_age_s      integer          NOT NULL,
    max_gap_s      integer          NOT NULL
);

-- geometry is GeoJSON as it was written; shape_version is the plan's version at which what the rule sees of the zone changed
-- last. What a zone leaves to the company is null.
CREATE TABLE geofence.zone (
    id_empresa    text        NOT NULL,
    id            text        NOT NULL CHECK (id ~ '^[A-Za-z0-9_-]{1,64}$'),
    name          text        NOT NULL,
    geometry      json        NOT NULL,
    radius_m      double precision,
    width_m       double precision,
    vertices      integer     NOT NULL,
    exit_buffer_m double precision,
    confirm_fixes integer,
    confirm_s     integer,
    schedule      json        NOT NULL,
    shape_version bigint      NOT NULL,
    version       bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    updated_by    text        NOT NULL,
    PRIMARY KEY (id_empresa, id)
);

CREATE TABLE geofence.zone_user (
    id_empresa text NOT NULL,
    zone_id    text NOT NULL,
    user_id    text NOT NULL,
    PRIMARY KEY (id_empresa, zone_id, user_id),
    FOREIGN KEY (id_empresa, zone_id) REFERENCES geofence.zone ON DELETE CASCADE
);
CREATE INDEX zone_user_by_user ON geofence.zone_user (id_empresa, user_id);

CREATE TABLE geofence.zone_team (
    id_empresa text NOT NULL,
    zone_id    text NOT NULL,
    team_id    text NOT NULL,
    PRIMARY KEY (id_empresa, zone_id, team_id),
    FOREIGN KEY (id_empresa, zone_id) REFERENCES geofence.zone ON DELETE CASCADE
);

{{protect "plan"}}
{{protect "zone"}}
{{protect "zone_user"}}
{{protect "zone_team"}}

GRANT SELECT, INSERT, UPDATE ON geofence.plan TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON geofence.zone TO {{service}};
GRANT SELECT, INSERT, DELETE ON geofence.zone_user, geofence.zone_team TO {{service}};
-- The evaluator and the sweep judge all companies.
GRANT SELECT ON geofence.plan, geofence.zone, geofence.zone_user, geofence.zone_team TO {{worker}};
