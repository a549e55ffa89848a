-- Who of the studio may read reports, what operators are told besides broken promises, and accounts opened together.

-- A role is given to an account by whoever holds the machine's shell (python -m gateway.operator), and goes with it.
CREATE TABLE staff (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role       text NOT NULL CHECK (role IN ('analyst')),
    operator   text NOT NULL, -- who gave it, by a handle
    given_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, role)
);

-- An alarm is about a promise or about a rate; `promise` names which.
ALTER TABLE alarms ADD COLUMN kind text NOT NULL DEFAULT 'promise'
    CHECK (kind IN ('promise', 'anomaly', 'anomaly_ended'));

-- From where accounts were opened, for thirty days: neighbours of an address have the same digest, so that they can be
-- counted, and nobody without the key can say which address it is.
CREATE TABLE account_origins (
    account_id    uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    neighbourhood bytea NOT NULL,
    address       bytea NOT NULL, -- sealed under the person's key
    at            timestamptz NOT NULL
);

CREATE INDEX account_origins_together ON account_origins (at, neighbourhood);

-- Many accounts from one neighbourhood on one day (UTC): noticed once, and over when the day is.
CREATE TABLE crowds (
    id            uuid PRIMARY KEY, -- also the anomaly's
    neighbourhood bytea NOT NULL,
    day           date NOT NULL,
    accounts      integer NOT NULL,
    noticed_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    UNIQUE (day, neighbourhood)
);

CREATE INDEX crowds_age ON crowds (noticed_at);
