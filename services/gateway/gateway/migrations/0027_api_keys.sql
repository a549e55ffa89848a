-- Keys for scripts: what they may do, when they were last used, never the key itself. And how often anybody knocks.

CREATE TABLE api_keys (
    id           uuid PRIMARY KEY, -- UUIDv7: sorts by the moment
    account_id   uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name         bytea NOT NULL,   -- sealed under the person's key
    prefix       text NOT NULL,    -- how the key begins: enough to know it again, no help in guessing it
    digest       bytea NOT NULL UNIQUE,
    scopes       text[] NOT NULL,
    rate         integer CHECK (rate > 0), -- requests a minute; without one, those of the plan
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    expires_at   timestamptz
);

CREATE INDEX api_keys_of_account ON api_keys (account_id, id DESC);
CREATE INDEX api_keys_age ON api_keys (expires_at) WHERE expires_at IS NOT NULL;

-- Written with every request and worth nothing after a minute: it is not logged, and a crash forgets it.
CREATE UNLOGGED TABLE door_rates (
    sender bytea PRIMARY KEY, -- a keyed digest of an address or of a key
    due_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX door_rates_age ON door_rates (due_at);

-- Which kinds there are is said by the code alone: each service that learns one would have to say it here again.
ALTER TABLE security_log DROP CONSTRAINT security_log_kind_check;
ALTER TABLE security_log ADD CONSTRAINT security_log_kind_check CHECK (kind ~ '^[a-z_]{1,40}$');
