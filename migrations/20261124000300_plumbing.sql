-- Plumbing: what keeps the promises of the product, written by its own rooms and never by an operation's SQL
-- (but a submission, which is part of the operation's transaction).
-- Product time comes from the application; only leases use the machine's clock (clock_timestamp()).

-- Jobs -------------------------------------------------------------------------------------------------------------
-- What must happen outside is a row here, inserted in the transaction of its cause.
CREATE SEQUENCE job_places;

CREATE TABLE jobs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    vendor      text NOT NULL,
    payload     jsonb NOT NULL,
    incident_id bigint REFERENCES incidents (id) ON DELETE CASCADE,
    -- The order of jobs that must not overtake each other: one surface of one incident.
    lane        text NOT NULL,
    -- Given once under the incident's lock and kept by every retry. A path, so that a child stands right behind its
    -- parent: [5] < [5,9] < [6].
    place       bigint[] NOT NULL,
    -- Unique for ever: said once, ticked once, delivered once.
    once_key    text UNIQUE,
    -- Equal waiting reconciles are merged when one of them is claimed.
    merge_key   text,
    -- A parked job of this kind holds its lane: nothing behind it makes sense before it.
    holds_lane  boolean NOT NULL DEFAULT false,
    state       text NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'running', 'done', 'merged', 'dropped', 'parked')),
    -- Every claim counts one attempt (with `worker` it fences a late finish); a try is an attempt that failed.
    attempt     int NOT NULL DEFAULT 0,
    tries       int NOT NULL DEFAULT 0,
    -- True when the last attempt belonged to a server that died or its answer was lost: it may have acted.
    taken_over  boolean NOT NULL DEFAULT false,
    run_at      timestamptz NOT NULL,
    -- The 24 hours of trying count from here; a person's Retry starts them anew and makes it late.
    since       timestamptz NOT NULL,
    late        boolean NOT NULL DEFAULT false,
    lease_until timestamptz,
    worker      int,
    created_at  timestamptz NOT NULL,
    started_at  timestamptz,
    finished_at timestamptz,
    -- Words for people: why it waits, was parked or dropped.
    reason      text,
    -- For those who look after the server.
    error       text,
    parent      bigint,
    caller      jsonb NOT NULL,
    trace       text
);
CREATE INDEX jobs_unfinished ON jobs (lane, place) WHERE state IN ('waiting', 'running', 'parked');
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (worker) WHERE state = 'running';
CREATE INDEX jobs_of_incident ON jobs (incident_id, id) WHERE incident_id IS NOT NULL;

CREATE TABLE job_attempts (
    job_id      bigint NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    attempt     int NOT NULL,
    worker      int NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    outcome     text,
    error       text
);
CREATE INDEX job_attempts_of_job ON job_attempts (job_id, started_at);

-- A worker is alive as long as a session holds the advisory lock (classid 70, objid number).
CREATE SEQUENCE worker_numbers AS int;
CREATE TABLE workers (
    number     int PRIMARY KEY,
    host       text NOT NULL,
    started_at timestamptz NOT NULL
);

-- 429 and outages are shared by all servers: waiting is not failing. Method '*' is the whole vendor.
CREATE TABLE vendor_pauses (
    vendor   text NOT NULL,
    method   text NOT NULL,
    until    timestamptz NOT NULL,
    -- Transport errors and 5xx in a row.
    failures int NOT NULL DEFAULT 0,
    since    timestamptz NOT NULL,
    reason   text NOT NULL,
    PRIMARY KEY (vendor, method)
);

-- Pacing: token buckets, shared by all servers.
CREATE TABLE vendor_buckets (
    key    text PRIMARY KEY,
    tokens double precision NOT NULL,
    at     timestamptz NOT NULL
);

-- "Was it said?": one row per thing said on a surface of an incident. tried_at is committed before the call.
CREATE TABLE said (
    id          uuid PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    surface     text NOT NULL,
    purpose     text NOT NULL,
    -- Where it stands at the vendor: channel and message id, issue key, page id.
    place       text,
    vendor_id   text,
    tried_at    timestamptz,
    done_at     timestamptz,
    -- What the vendor shows now, as a digest: an edit is written only when it differs.
    shown       text,
    UNIQUE (incident_id, surface, purpose)
);

-- Forms and drafts ---------------------------------------------------------------------------------------------------
-- Sent twice is done once: inserted first in the operation's transaction, so that a second one waits and then reads.
CREATE TABLE submissions (
    door        text NOT NULL,
    key         text NOT NULL,
    person      text NOT NULL,
    digest      text NOT NULL,
    incident_id bigint REFERENCES incidents (id) ON DELETE CASCADE,
    result      jsonb,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (door, key, person)
);

-- What a person typed and has not sent or was refused: own person only, 64 kB, 24 h.
CREATE TABLE drafts (
    id         uuid PRIMARY KEY,
    door       text NOT NULL,
    person     text NOT NULL,
    kind       text NOT NULL,
    body       jsonb NOT NULL CHECK (octet_length(body::text) <= 65536),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX drafts_expired ON drafts (expires_at);

-- Inbound deliveries already taken: event ids of Slack, delivery ids of webhooks.
CREATE TABLE deliveries (
    door        text NOT NULL,
    id          text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (door, id)
);
CREATE INDEX deliveries_old ON deliveries (received_at);

CREATE TABLE sessions (
    id         text PRIMARY KEY,
    user_id    uuid REFERENCES users (id) ON DELETE CASCADE,
    data       jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_expired ON sessions (expires_at);

-- History ------------------------------------------------------------------------------------------------------------
-- One append-only, hash-chained stream per incident (and per other area). `body` is the very text that was hashed.
CREATE TABLE history (
    stream text NOT NULL,
    seq    bigint NOT NULL,
    at     timestamptz NOT NULL,
    v      smallint NOT NULL,
    kind   text NOT NULL,
    body   text NOT NULL,
    prev   bytea NOT NULL,
    hash   bytea NOT NULL,
    PRIMARY KEY (stream, seq)
);
-- Words stand apart, salted: erasing them keeps the chain valid.
CREATE TABLE history_text (
    stream text NOT NULL,
    seq    bigint NOT NULL,
    field  text NOT NULL,
    salt   bytea,
    text   text,
    PRIMARY KEY (stream, seq, field),
    FOREIGN KEY (stream, seq) REFERENCES history (stream, seq)
);
CREATE TABLE history_heads (
    stream text PRIMARY KEY,
    seq    bigint NOT NULL,
    hash   bytea NOT NULL
);
