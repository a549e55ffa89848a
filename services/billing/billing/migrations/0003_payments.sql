-- Orders and what was paid for them, subscriptions, and what the payment providers tell.

CREATE TABLE customers (
    user_id    uuid NOT NULL,
    provider   text NOT NULL,
    reference  text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, provider),
    UNIQUE (provider, reference)
);

CREATE TABLE subscriptions (
    id                   uuid PRIMARY KEY,
    user_id              uuid NOT NULL,
    provider             text NOT NULL,
    reference            text NOT NULL,
    price_id             text NOT NULL,
    paid_price_id        text,
    state                text NOT NULL CHECK (state IN ('pending', 'active', 'past_due', 'paused', 'canceled')),
    cancel_at_period_end boolean NOT NULL,
    period_start         timestamptz,
    period_end           timestamptz,
    past_due_since       timestamptz,
    version              integer NOT NULL DEFAULT 0,
    created_at           timestamptz NOT NULL,
    seen_at              timestamptz NOT NULL,
    ended_at             timestamptz,
    UNIQUE (provider, reference),
    CHECK ((state = 'canceled') = (ended_at IS NOT NULL))
);

CREATE INDEX subscriptions_of_person ON subscriptions (user_id);
CREATE INDEX subscriptions_alive ON subscriptions (seen_at) WHERE state <> 'canceled';

CREATE TABLE orders (
    id                uuid PRIMARY KEY,
    user_id           uuid NOT NULL,
    provider          text NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('pack', 'plan', 'renewal', 'change')),
    price_id          text NOT NULL,
    catalogue_version text NOT NULL,
    credits           integer NOT NULL CHECK (credits >= 0),
    list_amount       integer NOT NULL CHECK (list_amount >= 0),
    amount            integer NOT NULL CHECK (amount >= 0),
    currency          text NOT NULL,
    state             text NOT NULL CHECK (state IN ('new', 'open', 'paid', 'expired', 'failed', 'cancelled')),
    coupon            text,
    request_key       bytea, -- a digest of the client's Idempotency-Key
    reference         text,
    url               text,
    payment           text,
    bill              text,
    subscription_id   uuid REFERENCES subscriptions (id),
    period_start      timestamptz,
    period_end        timestamptz,
    lot               text UNIQUE, -- one paid object, one grant
    amount_paid       integer NOT NULL DEFAULT 0 CHECK (amount_paid >= 0),
    amount_refunded   integer NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL,
    expires_at        timestamptz,
    paid_at           timestamptz,
    ended_at          timestamptz,
    checked_at        timestamptz,
    UNIQUE (user_id, request_key),
    UNIQUE (provider, reference),
    UNIQUE (provider, payment),
    UNIQUE (provider, bill),
    CHECK (amount_refunded BETWEEN 0 AND amount_paid),
    CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
    CHECK (state = 'paid' OR lot IS NULL)
);

CREATE INDEX orders_of_person ON orders (user_id, id DESC);
CREATE INDEX orders_of_subscription ON orders (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX orders_paid ON orders (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX orders_unpaid ON orders (created_at) WHERE state IN ('new', 'open');

CREATE TABLE refunds (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES orders (id),
    provider    text NOT NULL,
    amount      integer NOT NULL CHECK (amount > 0),
    credits     integer NOT NULL DEFAULT 0 CHECK (credits >= 0), -- taken back with it
    reason      text NOT NULL,
    asked_by    text NOT NULL CHECK (asked_by IN ('person', 'operator', 'provider')),
    state       text NOT NULL CHECK (state IN ('asked', 'pending', 'succeeded', 'failed')),
    reference   text,
    attempts    integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    UNIQUE (provider, reference)
);

CREATE INDEX refunds_of_order ON refunds (order_id);
CREATE INDEX refunds_under_way ON refunds (next_try_at) WHERE state IN ('asked', 'pending');

CREATE TABLE disputes (
    provider   text NOT NULL,
    reference  text NOT NULL,
    order_id   uuid NOT NULL REFERENCES orders (id),
    amount     integer NOT NULL,
    credits    integer NOT NULL DEFAULT 0, -- taken back when it was lost
    state      text NOT NULL CHECK (state IN ('open', 'won', 'lost')),
    created_at timestamptz NOT NULL,
    ended_at   timestamptz,
    PRIMARY KEY (provider, reference)
);

CREATE INDEX disputes_of_order ON disputes (order_id);

-- What the providers told, once per event: which thing to look at, never the body.
CREATE TABLE payment_events (
    provider    text NOT NULL,
    event_id    text NOT NULL,
    type        text NOT NULL,
    source      text NOT NULL CHECK (source IN ('webhook', 'sweep')),
    kind        text,
    subject     text,
    user_id     uuid,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    handled_at  timestamptz,
    PRIMARY KEY (provider, event_id)
);

CREATE INDEX payment_events_waiting ON payment_events (provider, kind, subject) WHERE handled_at IS NULL;
CREATE INDEX payment_events_handled ON payment_events (handled_at) WHERE handled_at IS NOT NULL;

-- Things to look at, at a provider; `asked` counts the wishes, so that one made during a look is not lost.
CREATE TABLE looks (
    provider       text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('order', 'checkout', 'payment', 'subscription')),
    subject        text NOT NULL,
    asked          integer NOT NULL DEFAULT 1,
    attempts       integer NOT NULL DEFAULT 0,
    first_asked_at timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    PRIMARY KEY (provider, kind, subject)
);

CREATE INDEX looks_due ON looks (due_at);

CREATE TABLE sweeps (
    provider     text PRIMARY KEY,
    events_until timestamptz NOT NULL
);
