-- Every fix that was acknowledged to a phone, once. The key is ordered for playback; uniqueness does not care.
CREATE TABLE tracking.position (
    id_empresa  text           NOT NULL,
    user_id     text           NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    device_id   text           NOT NULL,
    received_at timestamptz(3) NOT NULL,
    lat         float8         NOT NULL,
    lon         float8         NOT NULL,
    accuracy_m  float4,
    altitude_m  float4,
    speed_mps   float4,
    bearing_deg float4,
    battery     float4,
    charging    boolean,
    activity    text           NOT NULL,
    mock        boolean        NOT NULL,
    PRIMARY KEY (id_empresa, user_id, recorded_at, device_id)
) PARTITION BY RANGE (recorded_at);

-- The newest fix of each user, whichever device took it.
CREATE TABLE tracking.latest_position (
    id_empresa  text           NOT NULL,
    user_id     text           NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    device_id   text           NOT NULL,
    received_at timestamptz(3) NOT NULL,
    lat         float8         NOT NULL,
    lon         float8         NOT NULL,
    accuracy_m  float4,
    altitude_m  float4,
    speed_mps   float4,
    bearing_deg float4,
    battery     float4,
    charging    boolean,
    activity    text           NOT NULL,
    mock        boolean        NOT NULL,
    PRIMARY KEY (id_empresa, user_id)
) WITH (fillfactor = 70);

-- The worker is the writer, which stores the messages of all companies in one transaction.
{{protect "position"}}
{{protect "latest_position"}}

GRANT SELECT ON tracking.position, tracking.latest_position TO {{service}};
GRANT SELECT, INSERT ON tracking.position TO {{worker}};
GRANT SELECT, INSERT, UPDATE ON tracking.latest_position TO {{worker}};
