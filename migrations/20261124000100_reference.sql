-- Reference data and people: what incidents are made of. Incidents themselves follow in the next file, the shipped
-- rows in `…_seed.sql`.
--
-- Habits of all these files:
--   * Times are product time and are given by the server; no column defaults to `now()`. A clock that is moved in a
--     rehearsal would otherwise write two times into one row.
--   * Durations are whole seconds in `bigint` (`…_seconds`), or microseconds where two timestamps were subtracted
--     (`…_us`). `interval` keeps months, days and microseconds apart, and "1 day = 24 hours" is then a guess.
--   * Ids of shipped rows with small numbers stay below 100; rows of administrators start at 100, so a later release
--     can ship more without meeting theirs.
--   * `position` and `is_default` are "order" and "default" of the API, which are reserved words in SQL.
--   * Constraints have names, because the server turns names into sentences.

-- ---------------------------------------------------------------------------------------------------------------
-- The version of the reference data
-- ---------------------------------------------------------------------------------------------------------------

-- Servers keep the reference data in memory and ask only for this one value. It is random rather than counted: a
-- value names one content for ever, also across databases that were restored or copied.
CREATE TABLE catalog_version (
    one     boolean PRIMARY KEY DEFAULT true CONSTRAINT catalog_version_is_one_row CHECK (one),
    version uuid NOT NULL
);
INSERT INTO catalog_version (version) VALUES (gen_random_uuid());

-- In the transaction of the change itself, so that no server can see new rows with the old version, or the reverse.
CREATE FUNCTION catalog_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_version SET version = gen_random_uuid();
    RETURN NULL;
END $$;

-- ---------------------------------------------------------------------------------------------------------------
-- Where, what, how bad
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE environments (
    id          uuid PRIMARY KEY,
    value       varchar(16)  NOT NULL CONSTRAINT environments_value_key UNIQUE
                             CONSTRAINT environments_value_filled CHECK (value <> ''),
    name        varchar(128) NOT NULL CONSTRAINT environments_name_key UNIQUE,
    description varchar(128) NOT NULL CONSTRAINT environments_description_key UNIQUE,
    -- Lower = more critical: the lowest of several chosen ones is the primary environment.
    position    integer      NOT NULL DEFAULT 0,
    is_default  boolean      NOT NULL DEFAULT false,
    created_at  timestamptz  NOT NULL,
    updated_at  timestamptz  NOT NULL
);
CREATE UNIQUE INDEX environments_one_default ON environments (is_default) WHERE is_default;

CREATE TABLE groups (
    id          uuid PRIMARY KEY,
    name        varchar(128) NOT NULL CONSTRAINT groups_name_key UNIQUE,
    description text         NOT NULL DEFAULT '',
    -- Deferrable, so that two groups can swap places in one transaction.
    position    integer      NOT NULL DEFAULT 0
                             CONSTRAINT groups_position_key UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
    created_at  timestamptz  NOT NULL,
    updated_at  timestamptz  NOT NULL
);

CREATE TABLE incident_categories (
    id             uuid PRIMARY KEY,
    name           varchar(128) NOT NULL CONSTRAINT incident_categories_name_filled CHECK (name <> ''),
    description    text         NOT NULL DEFAULT '',
    -- Not unique within a group: shipped rows share places, the name decides between them.
    position       integer      NOT NULL DEFAULT 0,
    -- A group with categories cannot be deleted.
    group_id       uuid         NOT NULL CONSTRAINT incident_categories_group_fkey REFERENCES groups ON DELETE RESTRICT,
    -- New incidents of this category are private.
    private        boolean      NOT NULL DEFAULT false,
    -- A severe incident here warns those who are about to deploy.
    deploy_warning boolean      NOT NULL DEFAULT true,
    created_at     timestamptz  NOT NULL,
    updated_at     timestamptz  NOT NULL
);
CREATE INDEX incident_categories_group ON incident_categories (group_id, position, name);

CREATE TABLE priorities (
    id                        uuid PRIMARY KEY,
    name                      varchar(128) NOT NULL CONSTRAINT priorities_name_key UNIQUE,
    -- 1 = worst; up to 3 is "critical".
    value                     integer      NOT NULL CONSTRAINT priorities_value_key UNIQUE,
    emoji                     varchar(5)   NOT NULL DEFAULT '🔥',
    description               varchar(128) NOT NULL,
    position                  integer      NOT NULL DEFAULT 0
                              CONSTRAINT priorities_position_key UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
    is_default                boolean      NOT NULL DEFAULT false,
    needs_postmortem          boolean      NOT NULL DEFAULT false,
    enabled_create            boolean      NOT NULL DEFAULT true,
    enabled_update            boolean      NOT NULL DEFAULT true,
    -- So long may an incident be silent before it is asked for news.
    reminder_seconds          bigint       NOT NULL DEFAULT 3600
                              CONSTRAINT priorities_reminder_not_negative CHECK (reminder_seconds >= 0),
    sla_seconds               bigint       NOT NULL DEFAULT 3600
                              CONSTRAINT priorities_sla_not_negative CHECK (sla_seconds >= 0),
    -- NULL: derived from the value.
    recommended_response_type text         NULL
                              CONSTRAINT priorities_response_type CHECK (recommended_response_type IN ('critical', 'normal')),
    created_at                timestamptz  NOT NULL,
    updated_at                timestamptz  NOT NULL
);
CREATE UNIQUE INDEX priorities_one_default ON priorities (is_default) WHERE is_default;

-- The older twin of priorities: only incidents of before refer to it.
CREATE TABLE severities (
    id               uuid PRIMARY KEY,
    name             varchar(128) NOT NULL CONSTRAINT severities_name_key UNIQUE,
    value            integer      NOT NULL CONSTRAINT severities_value_key UNIQUE,
    emoji            varchar(5)   NOT NULL DEFAULT '🔥',
    description      varchar(128) NOT NULL,
    position         integer      NOT NULL DEFAULT 0
                     CONSTRAINT severities_position_key UNIQUE DEFERRABLE INITIALLY IMMEDIATE,
    is_default       boolean      NOT NULL DEFAULT false,
    needs_postmortem boolean      NOT NULL DEFAULT false,
    enabled_create   boolean      NOT NULL DEFAULT true,
    enabled_update   boolean      NOT NULL DEFAULT true,
    reminder_seconds bigint       NOT NULL DEFAULT 3600
                     CONSTRAINT severities_reminder_not_negative CHECK (reminder_seconds >= 0),
    created_at       timestamptz  NOT NULL,
    updated_at       timestamptz  NOT NULL
);
CREATE UNIQUE INDEX severities_one_default ON severities (is_default) WHERE is_default;

CREATE TABLE impact_types (
    id        integer GENERATED BY DEFAULT AS IDENTITY (START WITH 100) PRIMARY KEY,
    emoji     varchar(5)   NOT NULL DEFAULT '▶',
    name      varchar(64)  NOT NULL,
    help_text varchar(128) NOT NULL DEFAULT '',
    value     varchar(50)  NOT NULL CONSTRAINT impact_types_value_key UNIQUE
                           CONSTRAINT impact_types_value_is_slug CHECK (value ~ '^[A-Za-z0-9_-]+$'),
    position  integer      NOT NULL DEFAULT 10 CONSTRAINT impact_types_position_not_negative CHECK (position >= 0)
);

CREATE TABLE impact_levels (
    id             uuid PRIMARY KEY,
    impact_type_id integer     NOT NULL CONSTRAINT impact_levels_type_fkey REFERENCES impact_types ON DELETE CASCADE,
    emoji          varchar(5)  NOT NULL DEFAULT '▶',
    name           varchar(75) NOT NULL DEFAULT '',
    value          varchar(2)  NOT NULL DEFAULT 'NO'
                               CONSTRAINT impact_levels_value CHECK (value IN ('HT', 'HI', 'MD', 'LO', 'LT', 'NO')),
    position       integer     NOT NULL DEFAULT 10 CONSTRAINT impact_levels_position_not_negative CHECK (position >= 0),
    -- Levels without one are left out of the summary in the declare form.
    description    text        NULL,
    CONSTRAINT impact_levels_type_value_key UNIQUE (impact_type_id, value),
    -- For the composite foreign key of `incident_impacts`: a level of another type cannot be chosen.
    CONSTRAINT impact_levels_id_type_key UNIQUE (id, impact_type_id)
);

-- ---------------------------------------------------------------------------------------------------------------
-- Roles, key events, metrics, costs
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE role_types (
    id                   integer GENERATED BY DEFAULT AS IDENTITY (START WITH 100) PRIMARY KEY,
    name                 varchar(255) NOT NULL,
    slug                 varchar(255) NOT NULL CONSTRAINT role_types_slug_key UNIQUE
                                      CONSTRAINT role_types_slug_letters CHECK (slug ~ '^[a-z0-9_]+$'),
    emoji                varchar(5)   NOT NULL DEFAULT '',
    -- Given to who declares; can be handed over, not left empty.
    required             boolean      NOT NULL DEFAULT false,
    position             integer      NOT NULL DEFAULT 0 CONSTRAINT role_types_position_not_negative CHECK (position >= 0),
    summary              text         NOT NULL,
    summary_first_person text         NULL,
    description          text         NOT NULL,
    aka                  text         NOT NULL DEFAULT ''
);

CREATE TABLE milestone_types (
    id            integer GENERATED BY DEFAULT AS IDENTITY (START WITH 100) PRIMARY KEY,
    name          varchar(50)  NOT NULL,
    event_type    varchar(50)  NOT NULL CONSTRAINT milestone_types_event_type_key UNIQUE
                               CONSTRAINT milestone_types_event_type_is_slug CHECK (event_type ~ '^[A-Za-z0-9_-]+$'),
    summary       varchar(250) NOT NULL,
    user_editable boolean      NOT NULL,
    required      boolean      NOT NULL,
    asked_for     boolean      NOT NULL DEFAULT true,
    description   text         NULL
);

CREATE TABLE metric_types (
    id               integer GENERATED BY DEFAULT AS IDENTITY (START WITH 100) PRIMARY KEY,
    name             varchar(50) NOT NULL,
    code             varchar(10) NOT NULL CONSTRAINT metric_types_code_key UNIQUE,
    description      text        NOT NULL DEFAULT '',
    -- duration = lhs − rhs: rhs starts it, lhs ends it.
    milestone_lhs_id integer     NOT NULL CONSTRAINT metric_types_lhs_fkey REFERENCES milestone_types ON DELETE CASCADE,
    milestone_rhs_id integer     NOT NULL CONSTRAINT metric_types_rhs_fkey REFERENCES milestone_types ON DELETE CASCADE,
    type             varchar(50) NOT NULL CONSTRAINT metric_types_type_key UNIQUE
                                 CONSTRAINT metric_types_type_is_slug CHECK (type ~ '^[A-Za-z0-9_-]+$'),
    CONSTRAINT metric_types_two_milestones CHECK (milestone_lhs_id <> milestone_rhs_id)
);

CREATE TABLE cost_types (
    id          bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 100) PRIMARY KEY,
    name        varchar(255) NOT NULL CONSTRAINT cost_types_name_key UNIQUE,
    description text         NULL,
    category    varchar(255) NULL,
    is_default  boolean      NOT NULL DEFAULT false,
    editable    boolean      NOT NULL DEFAULT true,
    created_at  timestamptz  NOT NULL,
    updated_at  timestamptz  NOT NULL
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['environments', 'groups', 'incident_categories', 'priorities', 'severities',
        'impact_types', 'impact_levels', 'role_types', 'milestone_types', 'metric_types', 'cost_types']
    LOOP
        EXECUTE format('CREATE TRIGGER catalog_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed()', name);
    END LOOP;
END $$;

-- ---------------------------------------------------------------------------------------------------------------
-- People and what they may do
-- ---------------------------------------------------------------------------------------------------------------

CREATE TABLE users (
    id           uuid PRIMARY KEY,
    -- Upper and lower case differ, as in imported data.
    username     varchar(150)  NOT NULL CONSTRAINT users_username_key UNIQUE
                               CONSTRAINT users_username_letters CHECK (username ~ '^[[:alnum:]@.+_-]+$'),
    -- A PHC string of ours or a hash of an imported account; NULL: signs in elsewhere only.
    password     text          NULL,
    first_name   varchar(150)  NOT NULL DEFAULT '',
    last_name    varchar(150)  NOT NULL DEFAULT '',
    -- The full name as Slack tells it.
    name         varchar(128)  NOT NULL DEFAULT '',
    email        varchar(128)  NOT NULL CONSTRAINT users_email_filled CHECK (email <> ''),
    bot          boolean       NOT NULL DEFAULT false,
    avatar       varchar(1024) NULL,
    is_staff     boolean       NOT NULL DEFAULT false,
    is_superuser boolean       NOT NULL DEFAULT false,
    is_active    boolean       NOT NULL DEFAULT true,
    last_login   timestamptz   NULL,
    date_joined  timestamptz   NOT NULL,
    created_at   timestamptz   NOT NULL,
    updated_at   timestamptz   NOT NULL,
    -- What people are called everywhere. Here, so that every list that joins users calls them the same.
    full_name    text          NOT NULL GENERATED ALWAYS AS (CASE
        WHEN first_name <> '' AND last_name <> '' THEN first_name || ' ' || last_name
        WHEN name <> '' THEN name
        ELSE username END) STORED
);
-- One mailbox is one person, however it is written.
CREATE UNIQUE INDEX users_email_key ON users (lower(email));

-- Groups of people, which carry permissions. (`groups` are groups of incident categories.)
CREATE TABLE auth_groups (
    id   integer GENERATED BY DEFAULT AS IDENTITY (START WITH 100) PRIMARY KEY,
    name varchar(150) NOT NULL CONSTRAINT auth_groups_name_key UNIQUE
);

-- Names as `view_incident`. A name that this release does not know gives nothing; it may be of another release.
CREATE TABLE auth_group_permissions (
    group_id   integer      NOT NULL REFERENCES auth_groups ON DELETE CASCADE,
    permission varchar(100) NOT NULL CONSTRAINT auth_group_permissions_name CHECK (permission ~ '^[a-z_]+$'),
    PRIMARY KEY (group_id, permission)
);

CREATE TABLE user_groups (
    user_id  uuid    NOT NULL REFERENCES users ON DELETE CASCADE,
    group_id integer NOT NULL REFERENCES auth_groups ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
);
CREATE INDEX user_groups_group ON user_groups (group_id);

CREATE TABLE user_permissions (
    user_id    uuid         NOT NULL REFERENCES users ON DELETE CASCADE,
    permission varchar(100) NOT NULL CONSTRAINT user_permissions_name CHECK (permission ~ '^[a-z_]+$'),
    PRIMARY KEY (user_id, permission)
);

-- The key itself is shown once and never stored. Without salt, because 160 random bits cannot be guessed and the row
-- must be found by the hash.
CREATE TABLE api_tokens (
    id         uuid PRIMARY KEY,
    user_id    uuid         NOT NULL CONSTRAINT api_tokens_user_fkey REFERENCES users ON DELETE CASCADE,
    hash       bytea        NOT NULL CONSTRAINT api_tokens_hash_key UNIQUE
                            CONSTRAINT api_tokens_hash_is_sha256 CHECK (octet_length(hash) = 32),
    -- The first characters, so that people tell their tokens apart.
    prefix     varchar(8)   NOT NULL,
    name       varchar(100) NOT NULL DEFAULT '',
    created_at timestamptz  NOT NULL,
    -- NULL: until revoked.
    expires_at timestamptz  NULL
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);
