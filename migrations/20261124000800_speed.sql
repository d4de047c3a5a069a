-- What reads need to stay quick from a thousand to a million incidents.

-- The fence, said as a set: which incidents does this person see although they are private? (Public ones may be among
-- them; nobody asks about those.) For few rows the rule is asked row by row, for many as this set; it is one rule.
CREATE FUNCTION private_seen_by(viewer uuid) RETURNS SETOF bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT i.id FROM incidents i WHERE i.created_by = viewer AND i.private
    UNION ALL SELECT i.id FROM incidents i WHERE i.sent_by = viewer AND i.private
    UNION ALL SELECT m.incident_id FROM incident_members m WHERE m.user_id = viewer
    UNION ALL SELECT r.incident_id FROM incident_roles r WHERE r.user_id = viewer
$$;
-- In this language its plan is kept with the connection. The usual guess for the cost of such a function is several times
-- what it takes, and makes plans avoid it by reading whole tables.
CREATE OR REPLACE FUNCTION may_see_private(incident bigint, viewer uuid, sees_all boolean) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10 AS $$
BEGIN
    IF sees_all THEN RETURN true; END IF;
    RETURN EXISTS (SELECT FROM private_seen_by(viewer) AS seen (id) WHERE seen.id = incident);
END $$;
CREATE INDEX incidents_private_by_creator ON incidents (created_by) WHERE private;

-- Counts stop early and read indexes alone: public ones first, and of each filter with the column that says so.
CREATE INDEX incidents_public ON incidents (id DESC) WHERE NOT private;
DROP INDEX incidents_by_status, incidents_by_priority, incidents_by_category, incidents_by_environment,
           incidents_by_creator, incidents_by_created_at;
CREATE INDEX incidents_by_status      ON incidents (status, id DESC) INCLUDE (private);
CREATE INDEX incidents_by_priority    ON incidents (priority_id, id DESC) INCLUDE (private);
CREATE INDEX incidents_by_category    ON incidents (category_id, id DESC) INCLUDE (private);
CREATE INDEX incidents_by_environment ON incidents (environment_id, id DESC) INCLUDE (private);
CREATE INDEX incidents_by_creator     ON incidents (created_by, id DESC) INCLUDE (private);
CREATE INDEX incidents_by_created_at  ON incidents (created_at DESC, id DESC) INCLUDE (private);

-- People who may come in, and what they may do there: permissions of the person, and those of the person's groups.
CREATE VIEW people_allowed AS
SELECT u.id AS user_id, u.full_name, u.is_staff, u.is_superuser,
       ARRAY(SELECT p.permission FROM user_permissions p WHERE p.user_id = u.id
             UNION
             SELECT p.permission FROM user_groups g JOIN auth_group_permissions p ON p.group_id = g.group_id
             WHERE g.user_id = u.id)::text[] AS permissions
FROM users u WHERE u.is_active;

-- Everybody who belongs to an incident: members, holders of a role, its creator.
CREATE VIEW incident_people AS
SELECT incident_id, user_id FROM incident_members
UNION SELECT incident_id, user_id FROM incident_roles
UNION SELECT id, created_by FROM incidents;
