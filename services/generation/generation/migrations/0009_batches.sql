-- Orders that can wait a day for half the price, and the groups in which a partner is given them.

ALTER TABLE figurines ADD COLUMN delivery text NOT NULL DEFAULT 'now' CHECK (delivery IN ('now', 'batch'));

CREATE INDEX figurines_batch_queue ON figurines (queued_at, id) WHERE state = 'queued' AND delivery = 'batch';
CREATE INDEX figurines_in_batches ON figurines (user_id) WHERE state = 'rendering' AND delivery = 'batch';

-- No person stands in it: its orders are the attempts that name it.
CREATE TABLE batches (
    id           uuid PRIMARY KEY, -- and what the partner shows it under
    engine       text NOT NULL,
    state        text NOT NULL CHECK (state IN ('preparing', 'sending', 'running', 'missing', 'leaving', 'ended')),
    name         text,             -- what the partner calls it
    begun_at     timestamptz NOT NULL,
    sent_at      timestamptz,      -- written before the call: from then on it may have been received
    looks        smallint NOT NULL DEFAULT 0,
    next_look_at timestamptz NOT NULL,
    ended_at     timestamptz
);

CREATE INDEX batches_due ON batches (next_look_at) WHERE state <> 'ended';

ALTER TABLE attempts
    ADD COLUMN batch_id    uuid REFERENCES batches (id),
    ADD COLUMN batch_place smallint; -- the number of its first picture there: all that the partner knows it by

CREATE INDEX attempts_of_batch ON attempts (batch_id, batch_place) WHERE batch_id IS NOT NULL;
