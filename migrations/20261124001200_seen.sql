-- The fence as a set, for searches: they are planned anew for their words, and planning the parts of this set each time
-- costs more than asking them. In this language its plan is kept with the connection.
CREATE FUNCTION private_seen_at_once(viewer uuid) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 500 AS $$
BEGIN
    RETURN QUERY SELECT seen.id FROM private_seen_by(viewer) AS seen (id);
END $$;
