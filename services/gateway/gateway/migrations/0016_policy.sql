-- Telling everybody of a significant version of the policy, once, and who says that she has read one (promise N1).

CREATE TABLE policy_notices (
    version       text PRIMARY KEY,
    published_at  timestamptz NOT NULL,
    walked_to     timestamptz, -- everybody who signed up before has been come to
    walked_at     timestamptz, -- when nobody was left to come to
    next_batch_at timestamptz NOT NULL,
    entitled      integer NOT NULL DEFAULT 0 CHECK (entitled >= 0),
    told          integer NOT NULL DEFAULT 0 CHECK (told >= 0),
    undeliverable integer NOT NULL DEFAULT 0 CHECK (undeliverable >= 0),
    departed      integer NOT NULL DEFAULT 0 CHECK (departed >= 0),
    waiting       integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    counted_at    timestamptz,
    completed_at  timestamptz
);

-- People are come to in the order in which they signed up.
CREATE INDEX accounts_of_age ON accounts (created_at, id);

CREATE TABLE policy_told (
    version    text NOT NULL REFERENCES policy_notices (version),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mail_id    uuid UNIQUE, -- none for who is leaving
    state      text NOT NULL CHECK (state IN ('waiting', 'told', 'undeliverable', 'departed')),
    at         timestamptz NOT NULL,
    -- Whoever comes to somebody a second time finds that she was come to.
    PRIMARY KEY (version, account_id)
);

CREATE INDEX policy_told_of_account ON policy_told (account_id);

CREATE TABLE policy_acknowledgements (
    account_id      uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    version         text NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    how             text NOT NULL CHECK (how IN ('studio page', 'api')),
    PRIMARY KEY (account_id, version)
);

-- What somebody said stays as she said it. Deleting is for erasure, which takes all of a person's.
REVOKE UPDATE, TRUNCATE ON policy_acknowledgements FROM gateway;
