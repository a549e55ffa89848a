-- Where and how accounts were used (promises C5 and U8): for their owners to see, for thirty days.

CREATE TABLE security_log (
    id         uuid PRIMARY KEY, -- UUIDv7: sorts by the moment
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN (
                   'signed_in', 'sign_in_failed', 'password_refused', 'password_changed', 'signed_out',
                   'session_ended', 'deletion_asked')),
    at         timestamptz NOT NULL,
    session_id uuid,  -- the device it is about, while it is signed in and after
    address    bytea, -- sealed under the person's key, like the next
    agent      bytea
);

CREATE INDEX security_log_of_account ON security_log (account_id, id DESC);
CREATE INDEX security_log_age ON security_log (at);

-- What is past its period is found by index.
CREATE INDEX mails_age ON mails (created_at);
CREATE INDEX corrections_age ON corrections (corrected_at);
