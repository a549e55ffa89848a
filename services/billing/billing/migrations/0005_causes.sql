-- Why credits are frozen, each cause for itself; and plans that are to end because their owner has one already.

-- A lot is thawed when its last cause is gone: a dispute that is won does not pay for a plan.
CREATE TABLE freezes (
    lot_id uuid NOT NULL REFERENCES lots (id),
    cause  text NOT NULL, -- 'unpaid', or 'dispute:<provider>:<reference>'
    since  timestamptz NOT NULL,
    PRIMARY KEY (lot_id, cause)
);

INSERT INTO freezes (lot_id, cause, since)
SELECT lots.id, 'dispute:' || disputes.provider || ':' || disputes.reference, disputes.created_at
  FROM lots JOIN orders ON orders.lot = lots.source JOIN disputes ON disputes.order_id = orders.id
 WHERE lots.frozen_at IS NOT NULL AND disputes.state = 'open'
 UNION
SELECT lots.id, 'unpaid', lots.frozen_at
  FROM lots JOIN orders ON orders.lot = lots.source JOIN subscriptions ON subscriptions.id = orders.subscription_id
 WHERE lots.frozen_at IS NOT NULL AND subscriptions.state = 'paused';

-- Recorded before the provider is asked, and asked about until it is so.
ALTER TABLE subscriptions
    ADD COLUMN end_because  text CHECK (end_because IN ('second')),
    ADD COLUMN end_attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN end_try_at   timestamptz,
    ADD CHECK ((end_because IS NULL) = (end_try_at IS NULL));

UPDATE subscriptions AS second SET end_because = 'second', end_try_at = now()
 WHERE state NOT IN ('pending', 'canceled')
   AND EXISTS (SELECT FROM subscriptions AS first
                WHERE first.user_id = second.user_id AND first.id < second.id
                  AND first.state NOT IN ('pending', 'canceled'));

-- One living plan per person: of two that are paid in the same moment, the one that is seen second is to end.
CREATE UNIQUE INDEX subscriptions_one_lives ON subscriptions (user_id)
 WHERE end_because IS NULL AND state NOT IN ('pending', 'canceled');
CREATE INDEX subscriptions_to_end ON subscriptions (end_try_at) WHERE end_because IS NOT NULL AND state <> 'canceled';

ALTER TABLE refunds DROP CONSTRAINT refunds_asked_by_check;
ALTER TABLE refunds ADD CONSTRAINT refunds_asked_by_check
    CHECK (asked_by IN ('person', 'operator', 'provider', 'studio'));
