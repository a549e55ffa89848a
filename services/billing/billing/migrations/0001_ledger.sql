-- The ledger: balances a person can see, holds, and the entries that explain both.

CREATE TABLE accounts (
    user_id   uuid PRIMARY KEY,
    available integer NOT NULL DEFAULT 0 CHECK (available >= 0),
    held      integer NOT NULL DEFAULT 0 CHECK (held >= 0),
    version   bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL
);

CREATE TABLE holds (
    id          uuid PRIMARY KEY,
    figurine_id uuid NOT NULL UNIQUE,
    user_id     uuid NOT NULL,
    unit_price  integer NOT NULL CHECK (unit_price >= 0),
    credits     integer NOT NULL CHECK (credits >= 0),
    captured    integer NOT NULL DEFAULT 0 CHECK (captured BETWEEN 0 AND credits),
    state       text NOT NULL CHECK (state IN ('open', 'settled', 'released', 'refused')),
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    CHECK ((state = 'open') = (ended_at IS NULL))
);

CREATE INDEX holds_open ON holds (created_at) WHERE state = 'open';

CREATE TABLE entries (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     uuid NOT NULL,
    kind        text NOT NULL,
    reason      text NOT NULL,
    figurine_id uuid,
    at          timestamptz NOT NULL,
    credits     integer NOT NULL, -- change of what is available
    balance     integer NOT NULL CHECK (balance >= 0) -- available after it
);

CREATE INDEX entries_of_person ON entries (user_id, seq DESC);

CREATE TABLE postings (
    entry   bigint NOT NULL REFERENCES entries (seq),
    account text NOT NULL CHECK (account IN ('available', 'held', 'revenue', 'issued')),
    user_id uuid NOT NULL,
    credits integer NOT NULL,
    PRIMARY KEY (entry, account)
);

CREATE INDEX postings_of_person ON postings (user_id, account);

-- Double entry: whatever writes, an entry that does not balance never commits.
CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(credits) FROM postings WHERE entry = NEW.entry) <> 0 THEN
        RAISE EXCEPTION 'ledger entry % does not sum to zero', NEW.entry USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();

-- Append-only for the service: history is corrected by new entries, never rewritten.
REVOKE UPDATE, DELETE, TRUNCATE ON entries, postings FROM billing;
