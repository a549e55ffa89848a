-- What is asked for beside the password: codes of an app, passkeys, and codes for the day both are lost.

CREATE TABLE totp (
    account_id   uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    secret       bytea NOT NULL, -- sealed under the person's key
    made_at      timestamptz NOT NULL,
    confirmed_at timestamptz,    -- null: the app has not shown yet that it knows the secret
    last_step    bigint NOT NULL DEFAULT 0 -- the half minute whose code was used last: each works once
);

CREATE TABLE recovery_codes (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    digest     bytea NOT NULL, -- keyed
    made_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, digest)
);

CREATE TABLE passkeys (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    credential_id bytea NOT NULL UNIQUE,
    public_key    bytea NOT NULL,
    sign_count    bigint NOT NULL,
    name          bytea NOT NULL, -- sealed under the person's key
    made_at       timestamptz NOT NULL,
    last_used_at  timestamptz
);

CREATE INDEX passkeys_of_account ON passkeys (account_id, made_at);

-- What a passkey has to sign; used up by the first answer.
CREATE TABLE passkey_challenges (
    id         uuid PRIMARY KEY,
    account_id uuid REFERENCES accounts (id) ON DELETE CASCADE, -- who adds a passkey; null: somebody who signs in
    challenge  bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX passkey_challenges_expiring ON passkey_challenges (expires_at);
CREATE INDEX passkey_challenges_of_account ON passkey_challenges (account_id);

-- Whose password was right and whose second factor is waited for. It is no session and opens nothing.
CREATE TABLE sign_in_steps (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    token_digest bytea NOT NULL UNIQUE,
    tries        smallint NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX sign_in_steps_expiring ON sign_in_steps (expires_at);
CREATE INDEX sign_in_steps_of_account ON sign_in_steps (account_id);

-- When the person last showed on this device that it is she, since it signed in.
ALTER TABLE sessions ADD COLUMN proved_at timestamptz;

ALTER TABLE security_log DROP CONSTRAINT security_log_kind_check;
ALTER TABLE security_log ADD CONSTRAINT security_log_kind_check CHECK (kind IN (
    'signed_in', 'sign_in_failed', 'password_refused', 'password_changed', 'signed_out', 'session_ended',
    'deletion_asked', 'recovery_asked', 'password_reset', 'code_refused', 'recovery_code_used', 'recovery_codes_made',
    'totp_on', 'totp_off', 'passkey_added', 'passkey_removed', 'passkey_refused')) NOT VALID;
