-- What people ask for as their right, how far each service has come with it, and the receipts of erasures.

CREATE TABLE requests (
    id             uuid PRIMARY KEY, -- UUIDv7: sorts by the moment it was asked for
    user_id        uuid NOT NULL,    -- a pseudonym that leads to nobody, once an erasure has come this far
    kind           text NOT NULL CHECK (kind IN ('access', 'portability', 'erasure', 'restriction', 'objection')),
    state          text NOT NULL CHECK (state IN (
                       'received', 'verifying', 'waiting', 'fenced', 'executing', 'ready', 'completed',
                       'completed_with_retention', 'partially_executed', 'cancelled', 'refused')),
    asked_at       timestamptz NOT NULL,
    due_at         timestamptz NOT NULL, -- a month later: art. 12(3) GDPR
    policy_version text NOT NULL,
    -- When it begins, if its owner is given time to think again; when the services should have answered.
    begins_at      timestamptz NOT NULL,
    answer_by      timestamptz,
    ended_at       timestamptz
);

-- One of a kind at a time: asked for twice is asked for once.
CREATE UNIQUE INDEX requests_open ON requests (user_id, kind) WHERE ended_at IS NULL;
CREATE INDEX requests_of_person ON requests (user_id, id DESC);
CREATE INDEX requests_ended ON requests (ended_at);

-- Who has to answer was written down when it was asked for; nobody is added or taken out later.
CREATE TABLE request_parts (
    request_id uuid NOT NULL REFERENCES requests ON DELETE CASCADE,
    service    text NOT NULL,
    state      text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'done', 'failed')),
    at         timestamptz NOT NULL,
    -- What the service says it did, as it signed it.
    statement  text,
    signature  text,
    PRIMARY KEY (request_id, service),
    CHECK ((statement IS NULL) = (signature IS NULL))
);

-- Each receipt names the one before it, so that one taken out is missed. Numbers have no gaps.
CREATE TABLE receipts (
    number     bigint PRIMARY KEY CHECK (number > 0),
    request_id uuid NOT NULL UNIQUE,
    issued_at  timestamptz NOT NULL,
    body       text NOT NULL,
    signature  text NOT NULL,
    digest     bytea NOT NULL CHECK (length(digest) = 32)
);

REVOKE UPDATE, DELETE, TRUNCATE ON receipts FROM privacy;
REVOKE TRUNCATE ON requests, request_parts FROM privacy;
