-- What rows are drawn from: chance that is the same for the same number, people, places of rank, words.

CREATE FUNCTION pg_temp.chance(number bigint, of_what integer) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(number, of_what) & 2147483647) / 2147483648.0::double precision
$$;

-- Ids that grow with time, as those of a desk that lived through it would lie close together on disk.
CREATE FUNCTION pg_temp.id_at(at timestamptz, name text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(name), 1, 3)
            || '8' || substr(md5(name), 4, 15))::uuid
$$;

INSERT INTO users (id, username, email, first_name, last_name, date_joined, created_at, updated_at)
SELECT md5('generated person ' || p)::uuid, 'generated.' || p, 'generated.' || p || '@example.com',
       (ARRAY['Aino', 'Bruno', 'Chiara', 'Dario', 'Elif', 'Farid', 'Greta', 'Hana', 'Ivo', 'Jonas', 'Kaja', 'Leon',
              'Mira', 'Nadia', 'Otto', 'Pilar', 'Quentin', 'Rosa', 'Stefan', 'Tuva'])[1 + p % 20],
       (ARRAY['Abel', 'Berg', 'Costa', 'Duval', 'Engel', 'Fontana', 'Grau', 'Holm', 'Iversen', 'Jansen', 'Keller',
              'Lopes', 'Moreau', 'Novak', 'Olsen'])[1 + p / 20],
       $1, $1, $1
FROM generate_series(0, 299) AS p
ON CONFLICT DO NOTHING;

CREATE TEMP TABLE people AS
SELECT (substr(username, 11))::integer AS place, id FROM users WHERE username LIKE 'generated.%';

CREATE TEMP TABLE places AS
SELECT (row_number() OVER (ORDER BY md5(id::text)) - 1)::integer AS place, id, private
FROM incident_categories;
ANALYZE people, places;

-- Everything that follows is computed here once for a stretch of incidents.
CREATE TEMP TABLE made (
    n bigint, id bigint PRIMARY KEY, title text, description text, status integer, priority_id uuid, priority integer,
    category_id uuid, environment_id uuid, environment text, created_by uuid, lead uuid, created_at timestamptz,
    mitigated_at timestamptz, closed_at timestamptz, ignore boolean, private boolean, said integer
);
