-- Lots: credits that came together and end together; what each hold draws from them; codes and adjustments.

ALTER TABLE accounts ADD COLUMN frozen integer NOT NULL DEFAULT 0 CHECK (frozen >= 0);
-- Balances move all day without touching an index: room for that on their own page.
ALTER TABLE accounts SET (fillfactor = 70);

CREATE TABLE lots (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('trial', 'plan', 'pack', 'gift', 'adjustment')),
    source     text NOT NULL UNIQUE,
    credits    integer NOT NULL CHECK (credits > 0),
    free       integer NOT NULL CHECK (free >= 0),
    held       integer NOT NULL CHECK (held >= 0),
    owed       integer NOT NULL CHECK (owed BETWEEN 0 AND held), -- taken back when it is no longer held
    touched    boolean NOT NULL, -- whether any of it was ever spent or set aside
    extended   boolean NOT NULL, -- whether it has had its days of grace
    granted_at timestamptz NOT NULL,
    expires_at timestamptz,
    frozen_at  timestamptz,
    closed_at  timestamptz, -- since when there is nothing in it
    CHECK (free + held <= credits),
    CHECK ((closed_at IS NULL) = (free + held > 0))
) WITH (fillfactor = 70);

-- Both leave out spent lots, and no column of theirs moves with a hold.
CREATE INDEX lots_open ON lots (user_id) WHERE closed_at IS NULL;
CREATE INDEX lots_ending ON lots (expires_at) WHERE closed_at IS NULL AND frozen_at IS NULL;

-- In the order they were drawn.
CREATE TABLE hold_parts (
    hold_id uuid NOT NULL REFERENCES holds (id),
    lot_id  uuid NOT NULL REFERENCES lots (id),
    place   smallint NOT NULL,
    credits integer NOT NULL CHECK (credits > 0),
    PRIMARY KEY (hold_id, lot_id)
);

-- How many pictures its job told of when it ended; none yet while it runs.
ALTER TABLE holds ADD COLUMN delivered integer CHECK (delivered >= 0);
CREATE INDEX holds_open_of_person ON holds (user_id) WHERE state = 'open';

ALTER TABLE entries
    ADD COLUMN lot_kind   text,
    ADD COLUMN expires_at timestamptz;

-- A figurine is held for once, and settled once.
CREATE UNIQUE INDEX entries_once ON entries (figurine_id, (kind = 'hold')) WHERE kind IN ('hold', 'capture', 'release');

ALTER TABLE postings DROP CONSTRAINT postings_account_check;
ALTER TABLE postings ADD CONSTRAINT postings_account_check CHECK (
    account IN ('available', 'held', 'frozen', 'revenue', 'issued', 'expired', 'returned'));

-- Whoever had an account has one lot: what she was given to try the studio with. It was promised without an end.
INSERT INTO lots (id, user_id, kind, source, credits, free, held, owed, touched, extended, granted_at, closed_at)
SELECT gen_random_uuid(), user_id, 'trial', 'trial:' || user_id, given, available, held, 0,
       EXISTS (SELECT FROM holds WHERE holds.user_id = accounts.user_id AND state <> 'refused'),
       false, opened_at,
       CASE WHEN available + held = 0 THEN now() END
  FROM accounts
  JOIN (SELECT user_id, -sum(credits) AS given FROM postings WHERE account = 'issued' GROUP BY user_id) AS gifts
 USING (user_id)
 WHERE given > 0;

INSERT INTO hold_parts (hold_id, lot_id, place, credits)
SELECT holds.id, lots.id, 1, holds.credits FROM holds JOIN lots USING (user_id)
 WHERE state = 'open' AND holds.credits > 0;

UPDATE holds SET delivered = CASE WHEN captured > 0 THEN captured / unit_price ELSE 0 END
 WHERE state IN ('settled', 'released');

CREATE TABLE codes (
    id                 uuid PRIMARY KEY,
    digest             bytea NOT NULL UNIQUE,
    kind               text NOT NULL CHECK (kind IN ('gift', 'coupon')),
    label              text NOT NULL,
    credits            integer CHECK (credits > 0),
    expires_after_days integer CHECK (expires_after_days > 0),
    percent            integer CHECK (percent BETWEEN 1 AND 100),
    amount             integer CHECK (amount > 0),
    currency           text,
    max_uses           integer CHECK (max_uses > 0),
    max_per_person     integer NOT NULL CHECK (max_per_person > 0),
    uses               integer NOT NULL DEFAULT 0 CHECK (uses >= 0 AND uses <= coalesce(max_uses, uses)),
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz,
    withdrawn_at       timestamptz,
    CHECK ((kind = 'gift') = (credits IS NOT NULL)),
    CHECK ((kind = 'coupon') = (percent IS NOT NULL OR amount IS NOT NULL)),
    CHECK (percent IS NULL OR amount IS NULL),
    CHECK ((amount IS NULL) = (currency IS NULL))
);

CREATE TABLE code_uses (
    id         uuid PRIMARY KEY,
    code_id    uuid NOT NULL REFERENCES codes (id),
    user_id    uuid NOT NULL,
    state      text NOT NULL CHECK (state IN ('reserved', 'used', 'released')),
    order_id   uuid UNIQUE,
    key        text, -- the Idempotency-Key it came with
    credits    integer,
    expires_at timestamptz,
    discount   integer,
    at         timestamptz NOT NULL,
    UNIQUE (user_id, key)
);

CREATE INDEX code_uses_of_person ON code_uses (code_id, user_id);

CREATE TABLE code_tries (
    user_id uuid PRIMARY KEY,
    tries   integer NOT NULL,
    since   timestamptz NOT NULL
);

CREATE INDEX code_tries_since ON code_tries (since);

CREATE TABLE adjustments (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    credits     integer NOT NULL CHECK (credits <> 0),
    reason      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('proposed', 'approved', 'declined')),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by  text,
    decided_at  timestamptz,
    CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    -- Nobody gives credits away alone.
    CHECK (state <> 'approved' OR decided_by <> proposed_by)
);

CREATE INDEX adjustments_of_person ON adjustments (user_id);

-- How far the books have been checked: entries up to here, and the walk through all accounts.
CREATE TABLE audit_marks (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    earlier    bigint NOT NULL,
    latest     bigint NOT NULL,
    marked_at  timestamptz NOT NULL,
    walked_to  uuid,
    audited_at timestamptz
);

INSERT INTO audit_marks (earlier, latest, marked_at)
SELECT coalesce(max(seq), 0), coalesce(max(seq), 0), '-infinity' FROM entries;

-- Whose books did not add up: looked at again each time, until they do.
CREATE TABLE suspects (
    user_id  uuid PRIMARY KEY,
    noted_at timestamptz NOT NULL
);
