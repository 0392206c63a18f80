-- What a visit was like when its worker was last told of it, or had nothing to be told. A change is what differs from it, so a message
-- that comes twice, late or in another order changes nothing.
CREATE TABLE notifier.visit_known (
    id_empresa text           NOT NULL,
    id         text           NOT NULL,
    worker     text           NOT NULL DEFAULT '',
    state      text           NOT NULL DEFAULT '',
    win_from   timestamptz(3),
    win_until  timestamptz(3),
    -- It is one of a series. What tells a worker that a visit is no longer theirs does not say so.
    series     boolean        NOT NULL DEFAULT false,
    -- The later one of its end and of the last message about it. The row goes long after that.
    over_at    timestamptz(3) NOT NULL,
    PRIMARY KEY (id_empresa, id)
);
CREATE INDEX visit_known_by_age ON notifier.visit_known (over_at);
{{protect "visit_known"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.visit_known TO {{worker}};

-- When a person was last told that visits of a day changed in one way. Many changes at once, such as an import, are one notification.
CREATE TABLE notifier.visit_pace (
    id_empresa text           NOT NULL,
    user_id    text           NOT NULL,
    kind       text           NOT NULL,
    day        text           NOT NULL,
    -- When somebody was told, and when the last change came.
    told_at    timestamptz(3) NOT NULL,
    last_at    timestamptz(3) NOT NULL,
    -- Whether the last change was told.
    tell       boolean        NOT NULL,
    PRIMARY KEY (id_empresa, user_id, kind, day)
);
CREATE INDEX visit_pace_by_age ON notifier.visit_pace (last_at);
{{protect "visit_pace"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON notifier.visit_pace TO {{worker}};
