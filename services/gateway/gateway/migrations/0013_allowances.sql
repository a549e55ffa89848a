-- What each person may do, as billing told last (no row: what everybody may), and how much of this minute is left.

CREATE TABLE allowances (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    version    bigint NOT NULL,
    variants   integer NOT NULL,
    resolution integer NOT NULL,
    shares     integer NOT NULL,
    api_rate   integer NOT NULL CHECK (api_rate > 0)
);

-- Written with every request and worth nothing after a minute: it is not logged, and a crash forgets it.
CREATE UNLOGGED TABLE request_rates (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    due_at     timestamptz NOT NULL,
    api_rate   integer NOT NULL
) WITH (fillfactor = 50);
