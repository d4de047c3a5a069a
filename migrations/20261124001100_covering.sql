-- Counting what a filter leaves reads an index alone also when the filter asks for two or three things at once.
DROP INDEX incidents_public, incidents_by_priority, incidents_by_category, incidents_by_environment;
CREATE INDEX incidents_public         ON incidents (id DESC)
    INCLUDE (status, priority_id, environment_id, category_id) WHERE NOT private;
CREATE INDEX incidents_by_priority    ON incidents (priority_id, id DESC)    INCLUDE (private, status, environment_id);
CREATE INDEX incidents_by_category    ON incidents (category_id, id DESC)    INCLUDE (private, status, priority_id);
CREATE INDEX incidents_by_environment ON incidents (environment_id, id DESC) INCLUDE (private, status, priority_id);
