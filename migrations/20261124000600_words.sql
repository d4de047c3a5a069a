-- What is promised and corrected in the entries of a timeline.

ALTER TABLE incident_updates
    -- The next update was promised by then with this one.
    ADD COLUMN next_update_at timestamptz NULL,
    -- What it said first; NULL: `message` was never corrected.
    ADD COLUMN original       text        NULL,
    ADD COLUMN corrected_by   uuid        NULL CONSTRAINT incident_updates_corrected_by_fkey REFERENCES users ON DELETE SET NULL,
    ADD COLUMN corrected_at   timestamptz NULL,
    ADD CONSTRAINT incident_updates_corrected CHECK ((original IS NULL) = (corrected_at IS NULL));
