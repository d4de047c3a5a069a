-- The rows of the stretch in `made`, table by table.
ANALYZE made;

INSERT INTO incidents (id, title, description, status, priority_id, category_id, environment_id, created_by, created_at,
                       updated_at, mitigated_at, closed_at, custom_fields, ignore, private)
SELECT id, title, description, status, priority_id, category_id, environment_id, created_by, created_at,
       coalesce(closed_at, mitigated_at, created_at), mitigated_at, closed_at,
       jsonb_build_object('environments', jsonb_build_array(environment)), ignore, private
FROM made ORDER BY id;

-- Triggers are off here.
INSERT INTO incident_words (incident_id, private, search)
SELECT id, private, words_of(title, description) FROM made ORDER BY id;

INSERT INTO incident_updates (id, incident_id, message, status, title, description, priority_id, category_id,
                              environment_id, created_by, event_ts, event_type, is_milestone, created_at, updated_at)
SELECT pg_temp.id_at(u.at, m.id || ' ' || u.what), m.id, u.message, u.status, u.title, u.description,
       CASE WHEN u.title IS NOT NULL THEN m.priority_id END, CASE WHEN u.title IS NOT NULL THEN m.category_id END,
       CASE WHEN u.title IS NOT NULL THEN m.environment_id END, u.by, u.at, u.key_event, u.key_event IS NOT NULL,
       u.at, u.at
FROM made m CROSS JOIN LATERAL (
    VALUES ('first', m.created_by, m.created_at, NULL, 10, m.title, m.description, NULL),
           ('declared', m.created_by, m.created_at, NULL, NULL, NULL, NULL, 'declared'),
           ('started', m.lead, m.created_at - interval '1 minute' * (m.n % 40), NULL, NULL, NULL, NULL, 'started'),
           ('mitigated', m.lead, m.mitigated_at, 'The fix is out and holds.', 40, NULL, NULL, NULL),
           ('recovered', m.lead, m.mitigated_at, NULL, NULL, NULL, NULL, 'recovered'),
           ('closed', m.lead, m.closed_at, 'Nothing came back. Closing.', 60, NULL, NULL, NULL)
    UNION ALL
    SELECT 'said ' || s, CASE WHEN s % 2 = 0 THEN m.lead ELSE m.created_by END,
           least(m.created_at + interval '11 minutes' * s, m.closed_at),
           (ARRAY['Looking at the logs of the last hour.', 'Rolled back on the first host, watching.',
                  'The provider confirms a problem on their side.', 'Half of the traffic is moved away.'])[1 + s % 4],
           NULL, NULL, NULL, NULL
    FROM generate_series(1, m.said) AS s
) AS u (what, by, at, message, status, title, description, key_event)
-- Half have all their key events; others were closed without.
WHERE u.at IS NOT NULL AND (u.what NOT IN ('started', 'recovered') OR m.n % 2 = 0);

INSERT INTO incident_members (incident_id, user_id, created_at)
SELECT m.id, p.user_id, m.created_at
FROM made m CROSS JOIN LATERAL (
    SELECT m.created_by AS user_id UNION SELECT m.lead
    UNION SELECT id FROM people WHERE m.n % 3 = 0 AND place = m.n % 300
) p;

INSERT INTO incident_roles (incident_id, role_type_id, user_id, created_at, updated_at)
SELECT m.id, t.id, m.lead, m.created_at, m.created_at FROM made m JOIN role_types t ON t.slug = 'commander';

INSERT INTO incident_impacts (incident_id, impact_type_id, impact_level_id, created_at, updated_at)
SELECT m.id, t.id, l.id, m.created_at, m.created_at
FROM made m
JOIN impact_types t ON t.value = 'customers_impact'
JOIN impact_levels l ON l.impact_type_id = t.id
     AND l.value = (ARRAY['HI', 'HI', 'MD', 'LO', 'NO'])[m.priority];

INSERT INTO incident_metrics (incident_id, metric_type_id, duration_us)
SELECT m.id, t.id, (extract(epoch FROM m.mitigated_at - m.created_at) * 1000000)::bigint
FROM made m JOIN metric_types t ON t.type = 'time_to_fix' WHERE m.mitigated_at IS NOT NULL AND m.n % 2 = 0;

INSERT INTO slack_conversations (channel_id, name, incident_id, kind, status, created_at, updated_at)
SELECT 'CGENERATED' || id, to_char(created_at, 'YYYYMMDD') || '-' || id, id,
       CASE WHEN private THEN 'private' ELSE 'public' END, CASE WHEN status = 60 THEN 'archived' ELSE 'opened' END,
       created_at, created_at
FROM made WHERE priority <= 3;

INSERT INTO jobs (kind, vendor, payload, incident_id, lane, place, once_key, state, attempt, run_at, since, created_at,
                  started_at, finished_at, caller)
SELECT j.kind, 'slack', jsonb_build_object('kind', j.kind, 'incident', m.id), m.id, j.lane || ' ' || m.id,
       ARRAY[nextval('job_places')], j.kind || ' ' || m.id, 'done', 1, m.created_at, m.created_at, m.created_at,
       m.created_at, m.created_at + interval '400 milliseconds', '{}'
FROM made m CROSS JOIN (VALUES ('slack.create_channel', 'channel'), ('slack.announce', 'announce')) AS j (kind, lane)
WHERE m.priority <= 3;
