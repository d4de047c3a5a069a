-- Records as the server writes them (see `history.rs`): the body is the hashed text, words stand apart under salt, each
-- hash covers the one before. A declaration and the changes of status; mere words said are left out.
-- An incident is one row up to the end, each step computed once: `OFFSET 0` keeps steps from being merged and repeated.

WITH told AS MATERIALIZED (
    SELECT m.id, b.stream, m.title, m.description, m.created_at AS at1, b.at2, b.at3, s.title AS title_salt,
           s.description AS description_salt, s.message2, b.words2, s.message3, b.words3,
           b1.body AS body1, h1.hash AS hash1, b2.body AS body2, h2.hash AS hash2, b3.body AS body3, h3.hash AS hash3
    FROM made m
    CROSS JOIN LATERAL (
        -- Some were closed without ever being mitigated: their second record is the closing.
        SELECT 'incident ' || m.id AS stream, coalesce(m.mitigated_at, m.closed_at) AS at2,
               CASE WHEN m.mitigated_at IS NOT NULL THEN m.closed_at END AS at3,
               CASE WHEN m.mitigated_at IS NOT NULL THEN 'The fix is out and holds.'
                    ELSE 'Nothing came back. Closing.' END AS words2,
               'Nothing came back. Closing.' AS words3,
               format('{"fields":{"status":{"from":10,"to":40}},"metrics":{},"milestones":{},"update":"%s"}',
                      pg_temp.id_at(m.mitigated_at, m.id || ' mitigated')) AS mitigated,
               format('{"fields":{"status":{"from":40,"to":60}},"metrics":{},"milestones":{},"update":"%s"}',
                      pg_temp.id_at(m.closed_at, m.id || ' closed')) AS closed
        OFFSET 0
    ) b
    CROSS JOIN LATERAL (
        SELECT decode(md5(b.stream || '1title'), 'hex') AS title,
               decode(md5(b.stream || '1description'), 'hex') AS description,
               decode(md5(b.stream || '2message'), 'hex') AS message2,
               decode(md5(b.stream || '3message'), 'hex') AS message3
        OFFSET 0
    ) s
    CROSS JOIN LATERAL (
        SELECT format('{"actor":"%s","at":%s,"facts":{"category":"%s","created_by":"%s","custom_fields":{"environments":["%s"]},"dedup_key":null,"environment":"%s","ignore":%s,"impacts":[],"incident":%s,"priority":"%s","private":%s,"roles":[],"sent_by":null,"status":10,"updates":["%s","%s"]},"kind":"incident_declared","origin":"cli","seq":1,"service":null,"stream":"%s","v":1,"words":{"description":"%s","title":"%s"}}',
                      m.created_by, (extract(epoch FROM m.created_at) * 1000000)::bigint, m.category_id, m.created_by,
                      m.environment, m.environment_id, m.ignore::text, m.id, m.priority_id, m.private::text,
                      pg_temp.id_at(m.created_at, m.id || ' first'), pg_temp.id_at(m.created_at, m.id || ' declared'),
                      b.stream, encode(sha256(s.description || convert_to(m.description, 'UTF8')), 'hex'),
                      encode(sha256(s.title || convert_to(m.title, 'UTF8')), 'hex')) AS body
        OFFSET 0
    ) b1
    CROSS JOIN LATERAL (SELECT sha256(decode(repeat('00', 32), 'hex') || convert_to(b1.body, 'UTF8')) AS hash OFFSET 0) h1
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.at2 IS NOT NULL THEN
               format('{"actor":"%s","at":%s,"facts":%s,"kind":"incident_updated","origin":"cli","seq":2,"service":null,"stream":"%s","v":1,"words":{"message":"%s"}}',
                      m.lead, (extract(epoch FROM b.at2) * 1000000)::bigint,
                      CASE WHEN m.mitigated_at IS NOT NULL THEN b.mitigated ELSE b.closed END, b.stream,
                      encode(sha256(s.message2 || convert_to(b.words2, 'UTF8')), 'hex')) END AS body
        OFFSET 0
    ) b2
    CROSS JOIN LATERAL (SELECT sha256(h1.hash || convert_to(b2.body, 'UTF8')) AS hash OFFSET 0) h2
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.at3 IS NOT NULL THEN
               format('{"actor":"%s","at":%s,"facts":%s,"kind":"incident_updated","origin":"cli","seq":3,"service":null,"stream":"%s","v":1,"words":{"message":"%s"}}',
                      m.lead, (extract(epoch FROM b.at3) * 1000000)::bigint, b.closed, b.stream,
                      encode(sha256(s.message3 || convert_to(b.words3, 'UTF8')), 'hex')) END AS body
        OFFSET 0
    ) b3
    CROSS JOIN LATERAL (SELECT sha256(h2.hash || convert_to(b3.body, 'UTF8')) AS hash OFFSET 0) h3
), records AS (
    INSERT INTO history (stream, seq, at, v, kind, body, prev, hash)
    SELECT t.stream, r.seq, r.at, 1, r.kind, r.body, r.prev, r.hash
    FROM told t CROSS JOIN LATERAL (
        VALUES (1, t.at1, 'incident_declared', t.body1, decode(repeat('00', 32), 'hex'), t.hash1),
               (2, t.at2, 'incident_updated', t.body2, t.hash1, t.hash2),
               (3, t.at3, 'incident_updated', t.body3, t.hash2, t.hash3)
    ) AS r (seq, at, kind, body, prev, hash)
    WHERE r.at IS NOT NULL
), heads AS (
    INSERT INTO history_heads (stream, seq, hash)
    SELECT stream, 1 + (at2 IS NOT NULL)::integer + (at3 IS NOT NULL)::integer, coalesce(hash3, hash2, hash1) FROM told
)
INSERT INTO history_text (stream, seq, field, salt, text)
SELECT t.stream, w.seq, w.field, w.salt, w.text
FROM told t CROSS JOIN LATERAL (
    VALUES (1, t.at1, 'title', t.title_salt, t.title), (1, t.at1, 'description', t.description_salt, t.description),
           (2, t.at2, 'message', t.message2, t.words2), (3, t.at3, 'message', t.message3, t.words3)
) AS w (seq, at, field, salt, text)
WHERE w.at IS NOT NULL;
