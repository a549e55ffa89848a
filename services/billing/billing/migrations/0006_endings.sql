-- Orders their owners give up, people who have left, and what each person may do, as it was told last.

-- Wished for once: the provider is asked until the order is closed there, or until its money has come after all.
ALTER TABLE orders
    ADD COLUMN give_up_attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN give_up_try_at   timestamptz;
CREATE INDEX orders_to_give_up ON orders (give_up_try_at) WHERE give_up_try_at IS NOT NULL AND state IN ('new', 'open');

ALTER TABLE subscriptions DROP CONSTRAINT subscriptions_end_because_check;
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_end_because_check
    CHECK (end_because IN ('second', 'account_deleted'));

-- Who has left: nothing more is sold to them, and what comes late is paid back.
CREATE TABLE departures (
    user_id  uuid PRIMARY KEY,
    asked_at timestamptz NOT NULL
);

-- The pointer to a customer is what remains to be deleted at the provider; it goes when the provider has done it.
ALTER TABLE customers
    ADD COLUMN delete_attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN delete_try_at   timestamptz;
CREATE INDEX customers_to_delete ON customers (delete_try_at) WHERE delete_try_at IS NOT NULL;

-- A refund of the studio's own that failed is tried again.
CREATE INDEX refunds_to_repeat ON refunds (ended_at) WHERE asked_by = 'studio' AND state = 'failed';

-- What was told of a person last: computed from her plan, and looked at again now and then. No row: what everybody may.
CREATE TABLE entitlements (
    user_id    uuid PRIMARY KEY,
    version    bigint NOT NULL,
    price_id   text,
    variants   integer NOT NULL,
    resolution integer NOT NULL,
    shares     integer NOT NULL,
    api_rate   integer NOT NULL,
    changed_at timestamptz NOT NULL,
    check_at   timestamptz NOT NULL
);
CREATE INDEX entitlements_to_check ON entitlements (check_at);

-- Whoever has a plan is told of soon; nothing was told of anybody yet.
INSERT INTO entitlements (user_id, version, variants, resolution, shares, api_rate, changed_at, check_at)
SELECT DISTINCT user_id, 0, 0, 0, 0, 0, now(), now() FROM subscriptions;
