-- The key of the action that a correction replaces, or the id of the shift to which its worker objects.
ALTER TABLE activity.shift_action ADD COLUMN corrects text NOT NULL DEFAULT '';
-- The office entered or corrected some of it, and the worker objects to that.
ALTER TABLE activity.shift ADD COLUMN corrected boolean NOT NULL DEFAULT false, ADD COLUMN objected boolean NOT NULL DEFAULT false;
ALTER TABLE activity.visit ADD COLUMN corrected boolean NOT NULL DEFAULT false, ADD COLUMN objected boolean NOT NULL DEFAULT false;
CREATE INDEX shift_objected ON activity.shift (id_empresa, started_at, user_id, id) WHERE objected;
CREATE INDEX visit_objected ON activity.visit (id_empresa, win_from, id) WHERE objected;

-- The hours of a user that somebody approved, from one local date to another, both included. What happened in [from_at, until_at) and
-- was received after approved_at changes nothing, until an admin reopens them. Nobody may change what was approved.
CREATE TABLE activity.hours_approval (
    id_empresa    text           NOT NULL,
    id            text           NOT NULL,
    user_id       text           NOT NULL,
    from_day      text           NOT NULL,
    to_day        text           NOT NULL,
    from_at       timestamptz(3) NOT NULL,
    until_at      timestamptz(3) NOT NULL,
    approved_at   timestamptz(3) NOT NULL,
    approved_by   text           NOT NULL,
    -- What the approver saw, a line a day.
    days          json           NOT NULL,
    reopened_at   timestamptz(3),
    reopened_by   text           NOT NULL DEFAULT '',
    reopen_reason text           NOT NULL DEFAULT '',
    PRIMARY KEY (id_empresa, id),
    CHECK (from_day <= to_day)
);
CREATE INDEX hours_approval_of_user ON activity.hours_approval (id_empresa, user_id, from_day);
CREATE INDEX hours_approval_by_age ON activity.hours_approval (until_at);
{{protect "hours_approval"}}
GRANT SELECT, INSERT, UPDATE (reopened_at, reopened_by, reopen_reason) ON activity.hours_approval TO {{service}};
GRANT SELECT, DELETE ON activity.hours_approval TO {{worker}};
