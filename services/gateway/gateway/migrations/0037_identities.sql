-- Signing in with an OpenID provider: which of them lets somebody into her account.

-- Whom the provider means is kept as a keyed digest of issuer and subject; neither name nor address is taken along.
CREATE TABLE identities (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider      text NOT NULL, -- as the settings call it
    subject_index bytea NOT NULL UNIQUE,
    linked_at     timestamptz NOT NULL,
    last_used_at  timestamptz
);

CREATE INDEX identities_of_account ON identities (account_id, linked_at);

COMMENT ON COLUMN accounts.password_hash IS 'empty while no password was chosen: no password is right then';
