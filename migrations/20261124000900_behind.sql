-- What tells of a channel elsewhere waits until the channel is there, in a lane of its own: it stands behind the job of
-- this lane that holds it, by place.
ALTER TABLE jobs ADD COLUMN behind_lane text NULL;
