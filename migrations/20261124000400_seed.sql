-- What every installation starts with. `firefighter seed` runs this very file again, so it only ever adds what is
-- missing: what an administrator renamed, moved or switched off stays as it is.
--
-- `ON CONFLICT DO NOTHING` meets the id and every natural key (value, name, slug). Tables whose places are a deferrable
-- constraint cannot use it and ask with NOT EXISTS. A row that is the default here is not, where there already is one.
-- Rows that refer to others are joined by the natural key, so that one made by hand under another id is found too.
-- Ids are those of earlier installations of the product, so that the clients of its API go on working. The times are
-- the day of this file: reference data has no hour of its own, and two fresh databases are equal byte by byte.

-- ---------------------------------------------------------------------------------------------------------------
-- Where, what, how bad
-- ---------------------------------------------------------------------------------------------------------------

INSERT INTO environments (id, value, name, description, position, is_default, created_at, updated_at)
SELECT v.id::uuid, v.value, v.name, v.description, v.position,
       v.is_default AND NOT EXISTS (SELECT FROM environments WHERE is_default),
       '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00'
FROM (VALUES
    ('e5c46eb0-5620-4a30-81c6-4a647c189ff2', 'PRD', 'Prod', 'Production environment',  0, true),
    ('41e06f3b-4b42-4617-af9a-fa91e9af13c9', 'STG', 'Stg',  'Staging environment',     1, false),
    ('1b960430-995b-47e1-beab-23dbe3dbccbf', 'INT', 'Int',  'Integration environment', 3, false)
) AS v (id, value, name, description, position, is_default)
ON CONFLICT DO NOTHING;

INSERT INTO groups (id, name, position, created_at, updated_at)
SELECT v.id::uuid, v.name, v.position, '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00'
FROM (VALUES
    ('db1d11b4-ed6d-415d-9d31-8e3ea07c3465',  1, 'Marketplace'),
    ('6f0c7a52-3b0e-4c55-9a3e-5d8f21c7b901',  2, 'Marketing & Communication'),
    ('0d9a4b76-8e21-4f6d-b1c4-7a52e93f6c08',  3, 'Seller'),
    ('353115cd-2400-4a0f-9898-69752dd4b844',  4, 'Catalog'),
    ('ccebacfe-7992-42e9-b6d6-6afcff7f40fc',  5, 'Payment Operations'),
    ('a9f75904-41e4-44e5-93c7-4be64507cb68',  6, 'Operations'),
    ('c2e81f34-59d7-4ab0-8f16-94b3d70a2e5d',  7, 'Finance'),
    ('d1d0fa81-4bce-4cf3-99d1-ef2ec611d65e',  8, 'Platform'),
    ('86aaac61-3680-4eb6-8e52-77b8a5a78c71',  9, 'Data'),
    ('3347e0d0-69e0-430a-ac17-940b61fd10e4', 10, 'Security'),
    ('e41036d0-08ab-4458-aa12-0098c68a55ec', 11, 'Corporate IT'),
    ('13a1b0b2-9ff9-4c2b-b665-f497102459d7', 12, 'Other')
) AS v (id, position, name)
WHERE NOT EXISTS (SELECT FROM groups g WHERE g.id = v.id::uuid OR g.name = v.name OR g.position = v.position);

INSERT INTO incident_categories (id, name, description, position, group_id, private, created_at, updated_at)
SELECT v.id::uuid, v.name, v.description, v.position, g.id, v.private, '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00'
FROM (VALUES
    ('f28a2d22-fa77-4d33-8b78-30e3a1828c5e', 'db1d11b4-ed6d-415d-9d31-8e3ea07c3465', 'Marketplace',    1, 'Commercial Animation', false, ''),
    ('0b7df3de-e3b5-4924-bcff-bb0ccc31fa03', 'db1d11b4-ed6d-415d-9d31-8e3ea07c3465', 'Marketplace',    1, 'Mobile Apps', false, ''),
    ('421927b9-76a2-43b3-9a44-92e794b5c523', 'db1d11b4-ed6d-415d-9d31-8e3ea07c3465', 'Marketplace',    2, 'Spartacux Foundations', false, ''),
    ('86ae1442-a15a-4545-98bb-1a3226b98a23', 'db1d11b4-ed6d-415d-9d31-8e3ea07c3465', 'Marketplace',    4, 'Product Discovery', false, ''),
    ('fe05c1e5-e978-462a-ade2-92924e01244c', 'db1d11b4-ed6d-415d-9d31-8e3ea07c3465', 'Marketplace',    7, 'Tracking', false, ''),
    ('d81c2362-f44c-4e2c-a431-6a5e1c53415b', 'db1d11b4-ed6d-415d-9d31-8e3ea07c3465', 'Marketplace',  234, 'User & Purchase', false, ''),
    ('93d7c5e8-0a6b-4b1f-9c72-e84f5a03d61b', '6f0c7a52-3b0e-4c55-9a3e-5d8f21c7b901', 'Marketing & Communication',    0, 'Company reputation', false, ''),
    ('5b1f0e6a-7c43-4d29-a8e5-1f60b2d94c37', '6f0c7a52-3b0e-4c55-9a3e-5d8f21c7b901', 'Marketing & Communication',    0, 'Traffic acquisition', false, ''),
    ('808e7a69-ad6c-4a20-86b4-2754a9c4ff1a', '353115cd-2400-4a0f-9898-69752dd4b844', 'Catalog',    0, 'Catalog Performance', false, ''),
    ('4c896455-f6d8-42c8-b6cf-d5be87cdfc3c', '353115cd-2400-4a0f-9898-69752dd4b844', 'Catalog',    3, 'Offer (Price & Stock)', false, ''),
    ('43b582f1-d445-4fc9-92eb-e742ee14fd4a', '353115cd-2400-4a0f-9898-69752dd4b844', 'Catalog',    4, 'BO Catalog - Master Experience', false, ''),
    ('3d71d900-bf53-47e2-883b-332c641f7541', '353115cd-2400-4a0f-9898-69752dd4b844', 'Catalog',   30, 'Product Information', false, ''),
    ('9fa9f139-8344-4f2e-8c25-f318e75bcf4f', '353115cd-2400-4a0f-9898-69752dd4b844', 'Catalog',   40, 'Taxonomy', false, ''),
    ('68ccfee4-c7a2-4009-b9bb-d7cc30c52519', '353115cd-2400-4a0f-9898-69752dd4b844', 'Catalog',   60, 'Publication on website', false, ''),
    ('b055c52e-ea0f-4584-9d15-6391afa5c3f7', 'ccebacfe-7992-42e9-b6d6-6afcff7f40fc', 'Payment Operations',    0, 'Loyalty and coupons', false, ''),
    ('02a18a9c-67ba-45e8-9b50-8662f1c6eae1', 'ccebacfe-7992-42e9-b6d6-6afcff7f40fc', 'Payment Operations',    0, 'Payment', false, ''),
    ('c5466a41-4528-49ca-bb86-de2b6c26c652', 'ccebacfe-7992-42e9-b6d6-6afcff7f40fc', 'Payment Operations',    0, 'Payouts to seller', false, ''),
    ('d65e9e46-1119-4e8d-b9df-995d59e6f612', 'ccebacfe-7992-42e9-b6d6-6afcff7f40fc', 'Payment Operations',    0, 'Refunds', false, ''),
    ('e1d539ce-e02b-47fa-b16c-39d26e3ddf9c', 'ccebacfe-7992-42e9-b6d6-6afcff7f40fc', 'Payment Operations',   78, 'Finance Operations', false, ''),
    ('5d4e006d-423d-493b-9d98-bfd1ca82cf42', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',    0, 'Customer service', false, ''),
    ('ea2ee443-9716-4e81-91ae-a66caef0749a', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',    0, 'Inventory', false, ''),
    ('bb4b4549-6f60-4e11-9dc5-607ffd19834f', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',    0, 'Returns', false, ''),
    ('de920235-2c36-45fc-b366-02e9079603b2', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',    1, 'Internal Messaging', false, ''),
    ('7529a8b4-ec9b-4722-a772-e10ff7a616ad', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',    2, 'Order management', false, ''),
    ('f460e4ee-ac13-4b94-b9e4-fbb0aa87558c', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',    3, 'Helpcenter', false, ''),
    ('eef1c9d0-a460-4821-8dc7-6361ba1e016c', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',    4, 'Seller Order', false, ''),
    ('4ef370d3-73dc-4ea6-829b-4cd155abaa93', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',   13, 'ManoFulfillment OPS', false, ''),
    ('2f8a8cad-4950-41b3-8fb3-ec0b6608f324', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations',  543, 'Customer Management', false, ''),
    ('6e4ce13e-527d-426a-a753-36c5f207a8bb', 'a9f75904-41e4-44e5-93c7-4be64507cb68', 'Operations', 3006, 'Delivery experience', false, ''),
    ('40b9e3d6-e15a-4f78-96c4-2a8d7f0b5ce1', 'c2e81f34-59d7-4ab0-8f16-94b3d70a2e5d', 'Finance',    0, 'Accounting', false, ''),
    ('8e52f7b0-46d1-4a9c-a07b-d3c18e6f5b92', 'c2e81f34-59d7-4ab0-8f16-94b3d70a2e5d', 'Finance',    0, 'Customer''s invoices', false, ''),
    ('d95c0a71-8b34-4ed2-bf69-05e7c4a1836f', 'c2e81f34-59d7-4ab0-8f16-94b3d70a2e5d', 'Finance',    0, 'Revenue', false, ''),
    ('1ac86d43-b97e-4e50-8d2f-7b05f4e9c316', 'c2e81f34-59d7-4ab0-8f16-94b3d70a2e5d', 'Finance',    0, 'Seller''s invoices', false, ''),
    ('e7410b9d-2f58-4c86-b3da-60c97e1f8a24', 'c2e81f34-59d7-4ab0-8f16-94b3d70a2e5d', 'Finance',    0, 'VAT', false, ''),
    ('5abb78d3-1214-4a06-81a1-04351a5c9b33', 'd1d0fa81-4bce-4cf3-99d1-ef2ec611d65e', 'Platform',    0, 'Cloud Infrastructure', false, ''),
    ('767dc095-fbc4-4dd0-9c8e-32f5e268c958', 'd1d0fa81-4bce-4cf3-99d1-ef2ec611d65e', 'Platform',    1, 'Spinak', false, ''),
    ('962bf559-5fc2-4cd4-8834-6c3c1e767085', 'd1d0fa81-4bce-4cf3-99d1-ef2ec611d65e', 'Platform',    3, 'CDN', false, ''),
    ('795ffe46-e30e-483b-abac-0bc7570d4266', 'd1d0fa81-4bce-4cf3-99d1-ef2ec611d65e', 'Platform',    4, 'Performance', false, 'Pages or services answer, but slowly.'),
    ('96c9f325-539d-4325-8498-62f7b41a5ed7', 'd1d0fa81-4bce-4cf3-99d1-ef2ec611d65e', 'Platform',    8, 'Gitlab', false, ''),
    ('585795c3-f2fe-441c-b13f-3e6975538ea8', 'd1d0fa81-4bce-4cf3-99d1-ef2ec611d65e', 'Platform',    9, 'Authentification', false, ''),
    ('23bf9043-6591-4333-8c90-f036341803df', '86aaac61-3680-4eb6-8e52-77b8a5a78c71', 'Data',    2, 'data-visitors', false, ''),
    ('9325f518-856b-4683-9fdc-3538c737543a', '86aaac61-3680-4eb6-8e52-77b8a5a78c71', 'Data',    3, 'data-buyers', false, ''),
    ('b048da6b-6834-48eb-b8a4-bab33acf5bf3', '86aaac61-3680-4eb6-8e52-77b8a5a78c71', 'Data',    5, 'data-platform', false, ''),
    ('ea3e5cfb-0cc4-42e2-824a-e5108c4085e3', '86aaac61-3680-4eb6-8e52-77b8a5a78c71', 'Data',    6, 'data-specialist-offer', false, ''),
    ('f114c217-7d67-44e1-bd8c-db5040afe888', '86aaac61-3680-4eb6-8e52-77b8a5a78c71', 'Data',    8, 'data-wbr', false, ''),
    ('c8ba4508-54d0-4421-9f3b-8fe143df97d0', '86aaac61-3680-4eb6-8e52-77b8a5a78c71', 'Data',   10, 'data-operations', false, ''),
    ('4fbfb9d9-8746-465f-9166-1149a54aba23', '3347e0d0-69e0-430a-ac17-940b61fd10e4', 'Security',    0, 'Compromised laptop / server', false, ''),
    ('89c9ff50-5b0b-4554-a3e3-cbe31258dd19', '3347e0d0-69e0-430a-ac17-940b61fd10e4', 'Security',    1, 'Security Misc', false, ''),
    ('0dff9974-b5bd-4d3d-84a0-b93b8d3a69ce', '3347e0d0-69e0-430a-ac17-940b61fd10e4', 'Security',    2, 'Attack', false, ''),
    ('8bfafb93-8790-42f0-898a-d2e30e8ba532', '3347e0d0-69e0-430a-ac17-940b61fd10e4', 'Security',    3, 'System Compromise', true, ''),
    ('81fa0384-3930-47d4-ab81-ee3ac057485f', '3347e0d0-69e0-430a-ac17-940b61fd10e4', 'Security',    4, 'Personal Data Breach', true, ''),
    ('c419c3a0-9490-416e-8b4c-4e39c55b41a8', 'e41036d0-08ab-4458-aa12-0098c68a55ec', 'Corporate IT',    0, 'Network', false, ''),
    ('3e0bedcb-725b-4c02-876f-c7665d5bb15d', 'e41036d0-08ab-4458-aa12-0098c68a55ec', 'Corporate IT',    1, 'Infra - System', false, ''),
    ('0f2c7343-d526-4aee-8b54-ef1de7c1fd61', 'e41036d0-08ab-4458-aa12-0098c68a55ec', 'Corporate IT',    2, 'Applications', false, ''),
    ('952bd782-b6e4-43e1-989f-aa93b3c03c2b', '13a1b0b2-9ff9-4c2b-b665-f497102459d7', 'Other',    1, 'Crisis Communication Room', false, ''),
    ('432e2ea4-4908-484b-8fa8-2bd943cff41f', '13a1b0b2-9ff9-4c2b-b665-f497102459d7', 'Other',    8, 'Legacy', false, ''),
    ('8f1ecfc2-445f-4eac-a1b4-8b3261c8fe49', '13a1b0b2-9ff9-4c2b-b665-f497102459d7', 'Other',   90, 'Test Incident', false, ''),
    ('5900badb-1d82-4aa6-b6e2-b76f29a83d5f', '13a1b0b2-9ff9-4c2b-b665-f497102459d7', 'Other',  100, 'Legal', false, ''),
    ('390a993a-d273-4db8-b7d6-190ab294961a', '13a1b0b2-9ff9-4c2b-b665-f497102459d7', 'Other',  200, 'Other', false, '')
) AS v (id, group_id, group_name, position, name, private, description)
-- The group by its id, else by its name; where it was removed, its categories are not wanted either.
CROSS JOIN LATERAL (
    SELECT g.id FROM groups g WHERE g.id = v.group_id::uuid OR g.name = v.group_name
    ORDER BY g.id = v.group_id::uuid DESC LIMIT 1
) g
WHERE NOT EXISTS (SELECT FROM incident_categories c WHERE c.group_id = g.id AND c.name = v.name)
ON CONFLICT DO NOTHING;

-- A game day rehearses the real thing, so it gets its channel although its value is far from 1.
INSERT INTO priorities (id, name, value, position, emoji, is_default, needs_postmortem, sla_seconds,
                        recommended_response_type, description, created_at, updated_at)
SELECT v.id::uuid, v.name, v.value, v.position, v.emoji,
       v.is_default AND NOT EXISTS (SELECT FROM priorities WHERE is_default), v.needs_postmortem, v.sla_seconds,
       v.response_type, v.description, '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00'
FROM (VALUES
    ('3d8a4e0f-cc79-4063-9431-8aa785a56ca0', 'P1', 1, 0, '🌪️', false, true, 7200, 'critical', 'Critical: the business stands still, executives are involved'),
    ('8ab02fa9-f950-49cb-982e-b8d653e38ffc', 'P2', 2, 1, '⛈️', false, true, 14400, 'critical', 'Major: many customers are affected'),
    ('e12c3836-ea9b-44bf-a3cf-5a715d62395b', 'P3', 3, 2, '🌩️', false, false, 86400, 'critical', 'Minor: some customers are affected'),
    ('b814c9d2-48a8-4ac4-9c71-ff844e1b77f1', 'P4', 4, 3, '🌦️', true, false, 432000, 'normal', 'Minor: customers are not affected'),
    ('e57c2084-d7e0-4dea-9f6b-a4e8bc5a55d4', 'P5', 5, 4, '🐞', false, false, 864000, 'normal', 'Cosmetic: customers are not affected'),
    ('701d498c-067f-43cd-b1ca-0977d983f27e', 'GAMEDAY', 20, 20, '🤡', false, false, 3600, 'critical', 'An exercise: nothing is really broken')
) AS v (id, name, value, position, emoji, is_default, needs_postmortem, sla_seconds, response_type, description)
WHERE NOT EXISTS (SELECT FROM priorities p
                  WHERE p.id = v.id::uuid OR p.name = v.name OR p.value = v.value OR p.position = v.position);

INSERT INTO severities (id, name, value, position, emoji, is_default, needs_postmortem, description, created_at, updated_at)
SELECT v.id::uuid, v.name, v.value, v.position, v.emoji,
       v.is_default AND NOT EXISTS (SELECT FROM severities WHERE is_default), v.needs_postmortem, v.description,
       '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00'
FROM (VALUES
    ('3d8a4e0f-cc79-4063-9431-8aa785a56ca0', 'SEV1', 1, 0, '🌪️', false, true, 'Critical: the business stands still, executives are involved'),
    ('8ab02fa9-f950-49cb-982e-b8d653e38ffc', 'SEV2', 2, 1, '⛈️', false, true, 'Major: many customers are affected'),
    ('e12c3836-ea9b-44bf-a3cf-5a715d62395b', 'SEV3', 3, 2, '🌩️', false, true, 'Minor: some customers are affected'),
    ('b814c9d2-48a8-4ac4-9c71-ff844e1b77f1', 'SEV4', 4, 3, '🌦️', true, false, 'Minor: customers are not affected'),
    ('e57c2084-d7e0-4dea-9f6b-a4e8bc5a55d4', 'SEV5', 5, 4, '🐞', false, false, 'Cosmetic: customers are not affected'),
    ('701d498c-067f-43cd-b1ca-0977d983f27e', 'GAMEDAY', 20, 20, '🤡', false, false, 'An exercise: nothing is really broken')
) AS v (id, name, value, position, emoji, is_default, needs_postmortem, description)
WHERE NOT EXISTS (SELECT FROM severities s
                  WHERE s.id = v.id::uuid OR s.name = v.name OR s.value = v.value OR s.position = v.position);

-- The values are relied upon: `customers_impact` and `sellers_impact` open further fields of the declare form.
INSERT INTO impact_types (id, position, emoji, name, value, help_text) VALUES
    (1, 1, '💰', 'Business Impact', 'business_impact', 'Is revenue at risk: payment, the order funnel, billing?'),
    (3, 2, '👥', 'Customers Impact', 'customers_impact', 'Can customers search, sign in, order, follow an order?'),
    (2, 3, '📦', 'Sellers Impact', 'sellers_impact', 'Can sellers work: their tools, offers, imports?'),
    (4, 4, '🧑‍💼', 'Employees Impact', 'employees_impact', 'Can colleagues work: internal tools, code, network?')
ON CONFLICT DO NOTHING;

-- Worst = highest position. "No impact" (LT) stands above "none" (NO). Employees have no HT on purpose: what hurts only
-- colleagues is at most P2. Every axis has one NO, which the declare form starts with.
INSERT INTO impact_levels (id, impact_type_id, value, position, emoji, name, description)
SELECT v.id::uuid, t.id, v.value, v.position, v.emoji, v.name, v.description
FROM (VALUES
    ('b2e8c6d7-3f4a-4e2b-8c1d-9f7e6a5b4c3d', 'business_impact', 'HT', 20, '⏫', 'Critical business impact', 'Customers cannot buy, or a large share of the daily revenue is lost.'),
    ('3f10fadb-1fab-42cc-b141-c8acc8055e6d', 'business_impact', 'HI', 15, '🔼', 'Whole business or revenue at risk', 'A part of the daily revenue is being lost.'),
    ('759b338d-9fde-4c9f-9f8b-4b7fd71703af', 'business_impact', 'MD', 10, '➡️', 'Significant business or revenue loss', 'Revenue is affected, how much is not clear yet.'),
    ('77785b9b-6518-4ec8-84a2-b9f31ee2fb5e', 'business_impact', 'LO',  5, '🔽', 'Minor impact on business or revenue', 'Revenue is hardly affected.'),
    ('e6b7c2a1-4e8b-4b2a-9f3d-2a7e5e6c8f12', 'business_impact', 'LT',  1, '⏬', 'No impact on business or revenue', 'Revenue is not affected, processes are a little slower.'),
    ('d883acbb-b42a-43ac-a6c1-60600f75ca96', 'business_impact', 'NO',  0, '0️⃣', 'None - business or revenue', NULL),
    ('b6e2c8d9-4f3b-4e2a-9c1d-8f7e6a5b4c3e', 'sellers_impact', 'HT', 20, '⏫', 'Critical issue for many sellers', 'Most sellers cannot work.'),
    ('3123bcdc-9760-44ec-ac6c-f62d48438295', 'sellers_impact', 'HI', 15, '🔼', 'Key services inaccessible for most', 'Many sellers cannot use a key service.'),
    ('77b695ed-03c0-407b-ac01-aadbea8a700b', 'sellers_impact', 'MD', 10, '➡️', 'Some sellers have significant issues', 'Some sellers cannot use a key service.'),
    ('38ccbce8-d781-4fea-94cc-74cc64e706f6', 'sellers_impact', 'LO',  5, '🔽', 'Few sellers with minor issues', 'A few sellers are hindered, there is a way round.'),
    ('e2a1b8c7-4f3a-4e2b-8b7d-2c9e1f8a6d3f', 'sellers_impact', 'LT',  1, '⏬', 'No impact on sellers', 'Something looks wrong, sellers can work.'),
    ('39acd223-2ef5-40e5-9f59-cafe6736d16e', 'sellers_impact', 'NO',  0, '0️⃣', 'None - sellers', NULL),
    ('e5c7a2b1-8d4f-4c2a-9e1b-7f6a5d4c3b2a', 'customers_impact', 'HT', 20, '⏫', 'Critical issue for many customers', 'Most customers cannot use a key service.'),
    ('a3ee9435-00d6-4706-adc0-6f2f2e3e15e9', 'customers_impact', 'HI', 15, '🔼', 'Some customers have major issues', 'Many customers cannot use a key service.'),
    ('b7e06f2f-2846-45ec-aba6-04f1ac28d2c6', 'customers_impact', 'MD', 10, '➡️', 'Some customers have issues', 'Some customers cannot use a key service.'),
    ('c87d6de6-4666-4602-86e1-1e8ac9c760ea', 'customers_impact', 'LO',  5, '🔽', 'Few customers with minor issues', 'A few customers are hindered, there is a way round.'),
    ('b8e1a3c2-5d4f-4e7a-9c3b-2f1e8d7c6a5b', 'customers_impact', 'LT',  1, '⏬', 'No impact on customers', 'Something looks wrong, customers can go on.'),
    ('fefc492f-d077-4548-9b69-1d5ba0252a8a', 'customers_impact', 'NO',  0, '0️⃣', 'None - customers', NULL),
    ('b513d012-00c7-4120-af90-a284405d65ce', 'employees_impact', 'HI', 15, '🔼', 'Critical internal tools down', 'Whole departments cannot work.'),
    ('e058c0ee-a5bb-4fdb-bcd1-4b4bfa98a0df', 'employees_impact', 'MD', 10, '➡️', 'Significant issues for some employees', 'A team cannot work.'),
    ('89998f44-ed03-4702-81d6-96af2af6ebe3', 'employees_impact', 'LO',  5, '🔽', 'Few employees with minor issues', 'A few colleagues are hindered, there is a way round.'),
    ('f3c2e1b4-7a8d-4c6e-9d2f-1b5e8a7c9f01', 'employees_impact', 'LT',  1, '⏬', 'No impact on employees', 'Internal tools are slower, everybody can work.'),
    ('e4b7c1d2-3a4f-4e6b-8c2d-7f9e5a6b3c1d', 'employees_impact', 'NO',  0, '0️⃣', 'None - internal', NULL)
) AS v (id, type_value, value, position, emoji, name, description)
JOIN impact_types t ON t.value = v.type_value
ON CONFLICT DO NOTHING;

-- ---------------------------------------------------------------------------------------------------------------
-- Roles, key events, metrics
-- ---------------------------------------------------------------------------------------------------------------

INSERT INTO role_types (id, position, slug, name, emoji, required, aka, summary, description) VALUES
    (1, 1, 'commander', 'Commander', '🧑‍✈️', true, 'Incident Lead',
     'The single source of truth on what happens now and what happens next.',
     'Leads the response: keeps the overview, decides, hands out tasks and speaks for the incident. Sees to it that the post-mortem is written before the incident is closed.'),
    (2, 2, 'communication_lead', 'Communication Lead', '🧑‍💼', false, 'Public Relations Lead',
     'Keeps everybody informed: responders, the company and those outside.',
     'Coordinates the channels, gives news regularly and words them for those who read them.')
ON CONFLICT DO NOTHING;

-- `resolved` and `mitigated` exist as ends of metrics only: nobody is asked for them.
INSERT INTO milestone_types (id, name, event_type, user_editable, required, asked_for, summary) VALUES
    (1, 'Started',   'started',   true,  true,  true,  '*Started*, when the first symptoms appeared'),
    (2, 'Detected',  'detected',  true,  true,  true,  '*Detected*, when a monitor fired or somebody noticed'),
    (3, 'Declared',  'declared',  false, true,  true,  '*Declared*, when the incident was acknowledged and opened'),
    (4, 'Recovered', 'recovered', true,  true,  true,  '*Recovered*, when the impact was no longer visible'),
    (5, 'Resolved',  'resolved',  false, false, false, '*Resolved*, when everything was back to its steady state'),
    (6, 'Mitigated', 'mitigated', false, false, false, '*Mitigated*, when the corrective actions were applied')
ON CONFLICT DO NOTHING;

-- duration = lhs − rhs. "Time To Acknowledge" is called `time_to_internal_response` by the API: an old name, kept.
INSERT INTO metric_types (id, code, name, type, milestone_lhs_id, milestone_rhs_id, description)
SELECT v.id, v.code, v.name, v.type, lhs.id, rhs.id, v.description
FROM (VALUES
    (1, 'TTD', 'Time To Detect', 'time_to_detect', 'detected', 'started', 'From the first symptoms to their detection.'),
    (2, 'TTA', 'Time To Acknowledge', 'time_to_internal_response', 'declared', 'started', 'From the first symptoms to the declaration.'),
    (3, 'TTRep', 'Time To Repair', 'time_to_repair', 'mitigated', 'declared', 'From the declaration to the corrective action.'),
    (4, 'TTF', 'Time To Fix', 'time_to_fix', 'recovered', 'declared', 'From the declaration until services were healthy again.'),
    (5, 'TTRec', 'Time To Recovery', 'time_to_recovery', 'recovered', 'started', 'From the first symptoms until services were healthy again.'),
    (6, 'TTResp', 'Time To Respond', 'time_to_respond', 'recovered', 'detected', 'From the detection until services were healthy again.'),
    (7, 'TTReso', 'Time To Resolve', 'time_to_resolve', 'resolved', 'started', 'From the first symptoms to the resolution.')
) AS v (id, code, name, type, lhs, rhs, description)
JOIN milestone_types lhs ON lhs.event_type = v.lhs
JOIN milestone_types rhs ON rhs.event_type = v.rhs
ON CONFLICT DO NOTHING;

-- ---------------------------------------------------------------------------------------------------------------
-- People
-- ---------------------------------------------------------------------------------------------------------------

-- What Jira changes without a person behind it is done in this name. It cannot sign in.
INSERT INTO users (id, username, email, first_name, last_name, name, bot, date_joined, created_at, updated_at) VALUES
    ('5f3b8c1e-6d27-4a94-b0c5-e19d4f7a8230', 'jira-webhook', 'jira-webhook@firefighter.invalid', 'Jira', 'Webhook',
     'Jira Webhook', true, '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00', '2026-11-24 00:00:00+00')
ON CONFLICT DO NOTHING;

-- Single sign-on maps roles to groups by name. A group gets its permissions only when it is made here: what an
-- administrator took from it later does not come back. Private incidents are seen by `admins` only.
WITH made AS (
    INSERT INTO auth_groups (id, name) VALUES
        (1, 'viewers'), (2, 'responders'), (3, 'admins'), (4, 'api_self_service')
    ON CONFLICT DO NOTHING
    RETURNING id, name
), shipped (name, permissions) AS (VALUES
    ('viewers', ARRAY[
        'view_incident', 'view_incidentcategory', 'view_group', 'view_environment', 'view_priority',
        'view_incidentcost', 'view_incidentcosttype', 'view_runbook']),
    ('responders', ARRAY[
        'view_incident', 'view_incidentcategory', 'view_group', 'view_environment', 'view_priority',
        'view_incidentcost', 'view_incidentcosttype', 'view_runbook', 'add_incident']),
    ('admins', ARRAY[
        'view_incident', 'add_incident', 'change_incident', 'delete_incident', 'view_private_incident',
        'view_environment', 'change_environment', 'view_priority', 'change_priority', 'view_group', 'change_group',
        'view_incidentcategory', 'change_incidentcategory', 'view_incidentcost', 'view_incidentcosttype',
        'view_runbook', 'change_user', 'can_view_any', 'can_view_own', 'can_add_any', 'can_add_own',
        'can_delete_any', 'can_delete_own', 'can_edit_any']),
    ('api_self_service', ARRAY['can_add_own', 'can_view_own', 'can_delete_own'])
)
INSERT INTO auth_group_permissions (group_id, permission)
SELECT made.id, unnest(shipped.permissions) FROM made JOIN shipped ON shipped.name = made.name
ON CONFLICT DO NOTHING;
