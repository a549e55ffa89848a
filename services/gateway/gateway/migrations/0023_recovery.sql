-- A forgotten password: who asked, the one link that works, and how often somebody may try.

-- An address that was typed in, by its keyed digest, until somebody has looked whether it is anybody's: the door
-- writes the same row for everybody, so that its answer takes as long for an address nobody has.
CREATE TABLE recovery_wishes (
    email_index bytea PRIMARY KEY,
    asked_at    timestamptz NOT NULL
);

CREATE INDEX recovery_wishes_age ON recovery_wishes (asked_at);

CREATE TABLE recoveries (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, -- a second link takes the first one's place
    id         uuid NOT NULL UNIQUE, -- the link carries it under a signature; by itself it opens nothing
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX recoveries_expiring ON recoveries (expires_at);

-- When the tries of somebody would be due, were they spread evenly; by keyed digest. Shared by all processes, not
-- logged: a crash forgives.
CREATE UNLOGGED TABLE tries (
    who    bytea PRIMARY KEY,
    due_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX tries_due ON tries (due_at);

ALTER TABLE security_log DROP CONSTRAINT security_log_kind_check;
ALTER TABLE security_log ADD CONSTRAINT security_log_kind_check CHECK (kind IN (
    'signed_in', 'sign_in_failed', 'password_refused', 'password_changed', 'signed_out', 'session_ended',
    'deletion_asked', 'recovery_asked', 'password_reset')) NOT VALID;
