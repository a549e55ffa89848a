-- Refunds that one person proposes and another approves; what the last look found of each law of the books.

CREATE TABLE refund_proposals (
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES orders (id),
    amount      integer NOT NULL CHECK (amount > 0),
    reason      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('proposed', 'approved', 'declined')),
    -- Of who proposed it, and the key of her request: asked once more, it is the same proposal.
    request_key bytea NOT NULL UNIQUE,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by  uuid,
    decided_at  timestamptz,
    refund_id   uuid UNIQUE REFERENCES refunds (id),
    CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    -- Money goes back with the approval, in one transaction, or not at all.
    CHECK ((state = 'approved') = (refund_id IS NOT NULL)),
    -- Nobody sends money back alone.
    CHECK (state <> 'approved' OR decided_by <> proposed_by)
);

-- One at a time waits for an order: two that were each right by themselves would be too much together.
CREATE UNIQUE INDEX refund_proposals_waiting ON refund_proposals (order_id) WHERE state = 'proposed';
CREATE INDEX refund_proposals_of_order ON refund_proposals (order_id);

-- What was proposed stays as it was proposed; only its end is written.
REVOKE UPDATE, TRUNCATE ON refund_proposals FROM billing;
GRANT UPDATE (state, decided_by, decided_at, refund_id) ON refund_proposals TO billing;

CREATE TABLE law_looks (
    law          text PRIMARY KEY,
    broken       integer NOT NULL CHECK (broken >= 0),
    broken_since timestamptz,
    looked_at    timestamptz NOT NULL,
    CHECK ((broken = 0) = (broken_since IS NULL))
);
