-- What people correct: how to reach them, an address that waits for its confirmation, and what followed.

ALTER TABLE accounts ADD COLUMN contact bytea; -- sealed; null: nothing given

CREATE TABLE pending_addresses (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, -- a second change takes the first one's place
    id         uuid NOT NULL UNIQUE,
    email      bytea NOT NULL,       -- sealed
    asked_from bytea NOT NULL,       -- the keyed digest of the address it is to replace
    session_id uuid NOT NULL,        -- the device that asked: it stays signed in
    asked_at   timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX pending_addresses_expiring ON pending_addresses (expires_at);

CREATE TABLE corrections (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    fields       text[] NOT NULL,
    corrected_at timestamptz NOT NULL,
    state        text NOT NULL CHECK (state IN ('following', 'proven')),
    -- What the old values are recognised by; destroyed once they are proven gone.
    proof_key    bytea,
    old_digests  jsonb NOT NULL DEFAULT '{}',
    old_index    bytea,
    outcome      jsonb NOT NULL DEFAULT '{}',
    attempts     integer NOT NULL DEFAULT 0,
    next_try_at  timestamptz NOT NULL,
    proven_at    timestamptz,
    CHECK ((state = 'proven') = (proven_at IS NOT NULL)),
    CHECK (state = 'following' OR (proof_key IS NULL AND old_digests = '{}' AND old_index IS NULL))
);

CREATE INDEX corrections_of_account ON corrections (account_id, corrected_at DESC);
CREATE INDEX corrections_following ON corrections (next_try_at) WHERE state = 'following';
