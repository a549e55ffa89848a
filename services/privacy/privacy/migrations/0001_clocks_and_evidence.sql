-- Promise K1: the clock of every upload, and the evidence of how each one ended.

CREATE TABLE clocks (
    upload_id           uuid PRIMARY KEY,
    figurine_id         uuid NOT NULL UNIQUE,
    user_id             uuid NOT NULL,
    uploaded_at         timestamptz NOT NULL,
    due_at              timestamptz NOT NULL CHECK (due_at <= uploaded_at + interval '24 hours'),
    deleted_at          timestamptz,
    overdue_reported_at timestamptz
);

CREATE INDEX clocks_open ON clocks (due_at) WHERE deleted_at IS NULL;
CREATE INDEX clocks_deleted ON clocks (deleted_at);

-- Apart from the clocks: an end may be known before its upload, or without one.
CREATE TABLE endings (
    figurine_id uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    ended_at    timestamptz NOT NULL
);

CREATE TABLE evidence (
    id        uuid PRIMARY KEY, -- UUIDv7: sorts by the moment it was filed
    promise   text NOT NULL,
    user_id   uuid NOT NULL,
    upload_id uuid NOT NULL,
    at        timestamptz NOT NULL,
    kept      boolean NOT NULL,
    fact      jsonb NOT NULL
);

CREATE INDEX evidence_of_person ON evidence (user_id, id DESC);

-- Append-only for the service: a finding is never taken back. Erasure replaces user_id by a pseudonym
-- and leaves the finding: it will need GRANT UPDATE (user_id), a right to that one column and no other.
REVOKE UPDATE, DELETE, TRUNCATE ON evidence FROM privacy;
