-- The part of a person's copy that a service owes: asked for, then being written under a lease, then delivered.

CREATE TABLE exports (
    request_id  uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('asked', 'ready', 'failed')),
    attempt     integer NOT NULL DEFAULT 0,
    tries       integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    not_before  timestamptz NOT NULL,
    asked_at    timestamptz NOT NULL,
    ended_at    timestamptz
);

CREATE INDEX exports_of_user ON exports (user_id);
CREATE INDEX exports_to_write ON exports (asked_at) WHERE state = 'asked';
