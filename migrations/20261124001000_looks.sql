-- Who looked at which incident last: "since you last looked". Plumbing of the web, no part of the history: losing it
-- shows something as new twice.
CREATE TABLE looks (
    user_id     uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    incident_id bigint      NOT NULL REFERENCES incidents ON DELETE CASCADE,
    -- The last record of the incident's history that was there.
    seq         bigint      NOT NULL,
    looked_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, incident_id)
);
