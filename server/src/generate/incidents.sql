-- $1 and $2: the first and the last of this stretch; $3: how many in all; $4: the id before the first; $5: now.
WITH drawn AS (
    SELECT n, $4 + n AS id,
           -- Three years up to now.
           $5 - interval '1096 days' * ($3 - n + pg_temp.chance(n, 1)) / $3 AS created_at,
           pg_temp.chance(n, 2) AS how_bad, pg_temp.chance(n, 3) AS where_at, pg_temp.chance(n, 4) AS what,
           pg_temp.chance(n, 5) AS how_far, pg_temp.chance(n, 6) AS who, pg_temp.chance(n, 7) AS fate,
           pg_temp.chance(n, 8) AS length, pg_temp.chance(n, 9) AS words, pg_temp.chance(n, 10) AS symptom
    FROM generate_series($1::bigint, $2::bigint) AS n
), chosen AS (
    SELECT d.*,
           CASE WHEN how_bad < 0.01 THEN 1 WHEN how_bad < 0.05 THEN 2 WHEN how_bad < 0.20 THEN 3
                WHEN how_bad < 0.80 THEN 4 ELSE 5 END AS priority,
           CASE WHEN where_at < 0.80 THEN 'PRD' WHEN where_at < 0.95 THEN 'STG' ELSE 'INT' END AS environment,
           -- What is open does not grow with what ever was: some of the newest 400.
           CASE WHEN $3 - n < 400 AND how_far < 0.30 THEN 10 + 10 * floor(how_far * 13.3)::integer
                WHEN $3 - n < 400 AND how_far < 0.45 THEN 50
                ELSE 60 END AS status
    FROM drawn d
)
INSERT INTO made
SELECT c.n, c.id,
       (ARRAY['Checkout', 'Card payments', 'Search', 'Login', 'Order export', 'Product pages', 'Seller portal',
              'Invoices', 'Stock sync', 'Mobile app', 'Refunds', 'Shipping labels', 'Recommendations', 'Mail delivery',
              'Data warehouse', 'Image server', 'Pricing', 'Returns desk', 'Message queue', 'Telephone hotline'])
           [1 + floor(power(c.words, 2) * 20)::integer] || ' '
       || (ARRAY['answers with errors', 'is slow', 'times out', 'shows old data', 'is down', 'loses requests',
                 'refuses some customers', 'sends twice', 'cannot be reached', 'fails after the release',
                 'runs out of memory', 'shows wrong amounts'])[1 + floor(power(c.symptom, 1.5) * 12)::integer]
       || CASE WHEN c.n % 7 = 0 THEN ' in region ' || c.n % 23 ELSE '' END,
       'Reported by ' || (ARRAY['a monitor', 'customer care', 'a seller', 'the team', 'finance'])[1 + c.n % 5]
       || ' at ' || to_char(c.created_at, 'HH24:MI') || '. '
       || repeat((ARRAY['The error rate rises on every second host. ', 'Restarting did not help. ',
                        'The last release is suspected and is being rolled back. ',
                        'Customers see a blank page and try again, which makes it worse. '])[1 + c.n % 4],
                 1 + floor(power(c.length, 4) * 12)::integer)
       || 'Trace ' || substr(md5(c.n::text), 1, 12) || '.',
       c.status, p.id, c.priority, k.id, e.id, c.environment, opener.id, lead.id, c.created_at,
       CASE WHEN c.status >= 40 AND c.fate > 0.05 THEN least($5, c.created_at + interval '5 hours' * power(c.fate, 4)) END,
       CASE WHEN c.status = 60 THEN least($5, c.created_at + interval '9 hours' * power(c.fate, 3)
                                              + interval '20 minutes') END,
       c.fate < 0.02, k.private OR c.fate > 0.99,
       -- Most have a few words; some went on for days.
       CASE WHEN c.n % 2000 = 0 THEN 300 ELSE floor(power(c.length, 3) * 6)::integer END
FROM chosen c
JOIN priorities p ON p.value = c.priority
JOIN environments e ON e.value = c.environment
JOIN places k ON k.place = floor(power(c.what, 2.5) * (SELECT count(*) FROM places))::integer
JOIN people opener ON opener.place = floor(power(c.who, 3) * 300)::integer
JOIN people lead ON lead.place = floor(power(c.symptom, 2) * 300)::integer;
