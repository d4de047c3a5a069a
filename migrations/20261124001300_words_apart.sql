-- The words of incidents, apart from them. A search walks or visits many rows, and here a third as much is to be read; and
-- an incident that changes otherwise, as most do, has no words indexed again. They follow what is written in the same
-- transaction.
CREATE TABLE incident_words (
    incident_id bigint   PRIMARY KEY CONSTRAINT incident_words_incident_fkey REFERENCES incidents ON DELETE CASCADE,
    -- As the incident says: what may not be seen is not found.
    private     boolean  NOT NULL,
    search      tsvector NOT NULL
);

CREATE FUNCTION words_of(title text, description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector('pg_catalog.english'::regconfig, title), 'A') ||
           setweight(to_tsvector('pg_catalog.english'::regconfig, left(description, 100000)), 'B')
$$;

INSERT INTO incident_words SELECT id, private, search FROM incidents ORDER BY id;
CREATE INDEX incident_words_search ON incident_words USING gin (search);
ALTER TABLE incidents DROP COLUMN search;
-- Servers of the release before ask for `i.search` until they are replaced: PostgreSQL then asks this.
CREATE FUNCTION search(i incidents) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT w.search FROM incident_words w WHERE w.incident_id = i.id
$$;

CREATE FUNCTION incident_words_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incident_words (incident_id, private, search)
    SELECT id, private, words_of(title, description) FROM added ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER incident_words_begin AFTER INSERT ON incidents
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION incident_words_begin();

CREATE FUNCTION incident_words_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incident_words SET private = NEW.private, search = words_of(NEW.title, NEW.description)
    WHERE incident_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER incident_words_follow AFTER UPDATE ON incidents FOR EACH ROW
WHEN ((OLD.title, OLD.description, OLD.private) IS DISTINCT FROM (NEW.title, NEW.description, NEW.private))
EXECUTE FUNCTION incident_words_follow();
