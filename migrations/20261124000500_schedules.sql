-- Schedules and the roots of the history.

-- What the leader did last for each schedule: one row per schedule, one job per tick.
CREATE TABLE schedules (
    name      text PRIMARY KEY,
    ticked_at timestamptz NOT NULL
);

-- The record of this stream that a root has seen last. Every hour the heads that moved since are written into stream
-- `desk`, so that a tail that is cut off together with its head shows.
ALTER TABLE history_heads ADD COLUMN rooted bigint NOT NULL DEFAULT 0;
