-- A reference is checked by locking the row it leads to, and a lock is written into that row: so whoever looked at an
-- incident had it and their own row written again. Marks are joined with both when they are written; what goes takes its
-- marks along.
ALTER TABLE looks DROP CONSTRAINT looks_user_id_fkey, DROP CONSTRAINT looks_incident_id_fkey;

CREATE FUNCTION looks_go_with_incidents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM looks USING gone WHERE looks.incident_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER looks_go_with_incidents AFTER DELETE ON incidents
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION looks_go_with_incidents();

CREATE FUNCTION looks_go_with_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM looks USING gone WHERE looks.user_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER looks_go_with_people AFTER DELETE ON users
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION looks_go_with_people();
