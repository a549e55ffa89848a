-- People, their sessions, and what they see of their figurines.
-- E-mail addresses, names and titles are sealed by the service before they come here.

CREATE TABLE accounts (
    id             uuid PRIMARY KEY,
    email          bytea NOT NULL,
    email_index    bytea NOT NULL UNIQUE,
    name           bytea NOT NULL,
    password_hash  text NOT NULL,
    adult          boolean NOT NULL CHECK (adult),
    policy_version text NOT NULL,
    verified_at    timestamptz,
    created_at     timestamptz NOT NULL
);

CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    token_digest bytea NOT NULL UNIQUE,
    device       text NOT NULL,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX sessions_of_account ON sessions (account_id);
CREATE INDEX sessions_expiring ON sessions (expires_at);

CREATE TABLE idempotency (
    scope      text NOT NULL,
    key        text NOT NULL,
    request    bytea NOT NULL,
    status     smallint NOT NULL,
    answer     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_age ON idempotency (created_at);

-- The read model of a job: what its owner sees, moved by events.
CREATE TABLE figurines (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    upload_id    uuid NOT NULL,
    state        text NOT NULL,
    rank         smallint NOT NULL,
    style        text NOT NULL,
    variants     smallint NOT NULL,
    aspect_ratio text NOT NULL,
    title        bytea NOT NULL,
    price        integer NOT NULL,
    engine       text,
    pictures     jsonb NOT NULL DEFAULT '[]',
    failure_code text,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz
);

CREATE INDEX figurines_of_account ON figurines (account_id, id DESC);

-- The last balance heard from billing; the truth is there.
CREATE TABLE balances (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    available  integer NOT NULL,
    held       integer NOT NULL,
    version    bigint NOT NULL
);

-- Live progress: one gapless counter per person, so that a stream can resume exactly.
CREATE TABLE feeds (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    last       bigint NOT NULL DEFAULT 0
);

CREATE TABLE feed (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    seq        bigint NOT NULL,
    type       text NOT NULL,
    data       jsonb NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (account_id, seq)
);

CREATE INDEX feed_age ON feed (at);

-- The style catalogue as last heard from generation, so that orders are taken while it is away.
CREATE TABLE styles (
    id       text PRIMARY KEY,
    place    smallint NOT NULL,
    style    jsonb NOT NULL,
    heard_at timestamptz NOT NULL
);

CREATE TABLE mails (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    template    text NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),
    attempts    smallint NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    sent_at     timestamptz
);

CREATE INDEX mails_waiting ON mails (next_try_at) WHERE state = 'waiting';
