-- That somebody wants an engine tried again at once: every worker reads it, for each has a breaker of its own.

CREATE TABLE breaker_wishes (
    engine   text PRIMARY KEY,
    -- Each press is another one: a worker heeds one that it has not heeded yet.
    wish_id  uuid NOT NULL,
    asked_at timestamptz NOT NULL
);
