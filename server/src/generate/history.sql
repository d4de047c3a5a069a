-- Records as the server writes them (see `history.rs`): the body is the hashed text, words stand apart under salt, each
-- hash covers the one before. A declaration and the changes of status; mere words said are left out.
-- Estimates of what the parts give are far too small.
SET LOCAL enable_nestloop = off;

WITH steps AS (
    SELECT m.id, 'incident ' || m.id AS stream, s.kind, s.at, s.by, s.facts, s.words,
           row_number() OVER (PARTITION BY m.id ORDER BY s.place) AS seq
    FROM made m CROSS JOIN LATERAL (
        VALUES (1, 'incident_declared', m.created_at, m.created_by,
                format('{"category":"%s","created_by":"%s","custom_fields":{"environments":["%s"]},"dedup_key":null,"environment":"%s","ignore":%s,"impacts":[],"incident":%s,"priority":"%s","private":%s,"roles":[],"sent_by":null,"status":10,"updates":["%s","%s"]}',
                       m.category_id, m.created_by, m.environment, m.environment_id, m.ignore::text, m.id, m.priority_id,
                       m.private::text, pg_temp.id_at(m.created_at, m.id || ' first'),
                       pg_temp.id_at(m.created_at, m.id || ' declared')),
                ARRAY['description', 'title']),
               (2, 'incident_updated', m.mitigated_at, m.lead,
                format('{"fields":{"status":{"from":10,"to":40}},"metrics":{},"milestones":{},"update":"%s"}',
                       pg_temp.id_at(m.mitigated_at, m.id || ' mitigated')), ARRAY['message']),
               (3, 'incident_updated', m.closed_at, m.lead,
                format('{"fields":{"status":{"from":40,"to":60}},"metrics":{},"milestones":{},"update":"%s"}',
                       pg_temp.id_at(m.closed_at, m.id || ' closed')), ARRAY['message'])
    ) AS s (place, kind, at, by, facts, words)
    WHERE s.at IS NOT NULL
), said AS (
    SELECT s.stream, s.seq, w.field, decode(md5(s.stream || s.seq || w.field), 'hex') AS salt,
           CASE w.field WHEN 'title' THEN m.title WHEN 'description' THEN m.description ELSE u.message END AS text
    FROM steps s JOIN made m ON m.id = s.id CROSS JOIN LATERAL unnest(s.words) AS w (field)
    LEFT JOIN LATERAL (VALUES (CASE WHEN s.facts LIKE '%"to":40%' THEN 'The fix is out and holds.'
                                    ELSE 'Nothing came back. Closing.' END)) AS u (message) ON true
), digests AS (
    SELECT stream, seq, string_agg(format('"%s":"%s"', field, encode(sha256(salt || convert_to(text, 'UTF8')), 'hex')),
                                   ',' ORDER BY field) AS words
    FROM said GROUP BY stream, seq
), bodies AS (
    SELECT s.stream, s.seq, s.at, s.kind,
           format('{"actor":"%s","at":%s,"facts":%s,"kind":"%s","origin":"cli","seq":%s,"service":null,"stream":"%s","v":1,"words":{%s}}',
                  s.by, (extract(epoch FROM s.at) * 1000000)::bigint, s.facts, s.kind, s.seq, s.stream, d.words) AS body
    FROM steps s JOIN digests d USING (stream, seq)
), one AS (
    SELECT b.*, decode(repeat('00', 32), 'hex') AS prev,
           sha256(decode(repeat('00', 32), 'hex') || convert_to(body, 'UTF8')) AS hash
    FROM bodies b WHERE seq = 1
), two AS (
    SELECT b.*, one.hash AS prev, sha256(one.hash || convert_to(b.body, 'UTF8')) AS hash
    FROM bodies b JOIN one USING (stream) WHERE b.seq = 2
), three AS (
    SELECT b.*, two.hash AS prev, sha256(two.hash || convert_to(b.body, 'UTF8')) AS hash
    FROM bodies b JOIN two USING (stream) WHERE b.seq = 3
), chained AS (
    SELECT * FROM one UNION ALL SELECT * FROM two UNION ALL SELECT * FROM three
), records AS (
    INSERT INTO history (stream, seq, at, v, kind, body, prev, hash)
    SELECT stream, seq, at, 1, kind, body, prev, hash FROM chained
), heads AS (
    INSERT INTO history_heads (stream, seq, hash)
    SELECT DISTINCT ON (stream) stream, seq, hash FROM chained ORDER BY stream, seq DESC
)
INSERT INTO history_text (stream, seq, field, salt, text) SELECT stream, seq, field, salt, text FROM said;

SET LOCAL enable_nestloop = on;
