-- Call-backs for developers: where to, what for, and what was sent. A call says which thing, never what is in it.

CREATE TABLE webhooks (
    id              uuid PRIMARY KEY, -- UUIDv7: sorts by the moment
    account_id      uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    url             bytea NOT NULL,   -- sealed under the person's key, like the secrets
    events          text[] NOT NULL,
    secret          bytea NOT NULL,
    previous_secret bytea,
    previous_until  timestamptz,
    last_seq        bigint NOT NULL DEFAULT 0,
    state           text NOT NULL DEFAULT 'active' CHECK (state ~ '^[a-z_]{1,40}$'),
    paused_at       timestamptz,
    failures        integer NOT NULL DEFAULT 0,
    failing_since   timestamptz,
    -- While it is called, and while it rests after a failure, nobody else calls it.
    next_try_at     timestamptz NOT NULL,
    created_at      timestamptz NOT NULL
);

CREATE INDEX webhooks_of_account ON webhooks (account_id, id DESC);

CREATE TABLE deliveries (
    id          uuid PRIMARY KEY, -- what the receiver knows it by, however often it comes
    webhook_id  uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    account_id  uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    seq         bigint NOT NULL,
    type        text NOT NULL,
    thing       uuid,
    state       text NOT NULL DEFAULT 'due' CHECK (state ~ '^[a-z_]{1,40}$'),
    attempts    integer NOT NULL DEFAULT 0,
    status      integer,
    trouble     text,
    happened_at timestamptz NOT NULL,
    -- From when on a day is tried: when it happened, or when it was asked for again.
    due_since   timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    settled_at  timestamptz
);

CREATE INDEX deliveries_due ON deliveries (next_try_at) WHERE state = 'due';
CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, id DESC);
CREATE INDEX deliveries_of_account ON deliveries (account_id);
CREATE INDEX deliveries_age ON deliveries (happened_at);
