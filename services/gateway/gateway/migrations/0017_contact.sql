-- Questions to the studio and what was answered. Texts, and the address and name of who is not signed in, are sealed by
-- the service before they come here: under the person's key, or for somebody without an account under the keyring.

CREATE TABLE tickets (
    id                uuid PRIMARY KEY,
    account_id        uuid REFERENCES accounts (id) ON DELETE CASCADE, -- null: somebody who was not signed in
    reference         text NOT NULL UNIQUE,
    topic             text NOT NULL,
    state             text NOT NULL CHECK (state IN ('open', 'answered', 'waiting', 'closed')),
    email             bytea,       -- sealed; only of who was not signed in
    name              bytea,       -- sealed; only of who was not signed in, and wanted to be called something
    opened_at         timestamptz NOT NULL,
    changed_at        timestamptz NOT NULL,
    waiting_since     timestamptz, -- null: nobody waits for an answer of the studio's
    acknowledged_at   timestamptz,
    unreachable_at    timestamptz, -- no letter reaches the address
    first_answered_at timestamptz,
    counted           boolean NOT NULL DEFAULT false, -- whether the time to the first answer stands in the figures
    closed_at         timestamptz,
    expires_at        timestamptz,
    request_key       bytea UNIQUE, -- keyed digests of the request that made it, so that it makes one
    request           bytea,
    CHECK ((account_id IS NULL) = (email IS NOT NULL)),
    CHECK (account_id IS NULL OR name IS NULL),
    CHECK ((state IN ('open', 'waiting')) = (waiting_since IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((state = 'closed') = (expires_at IS NOT NULL)),
    CHECK ((request_key IS NULL) = (request IS NULL))
);

CREATE INDEX tickets_of_account ON tickets (account_id, id DESC);
CREATE INDEX tickets_waiting ON tickets (waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX tickets_unacknowledged ON tickets (opened_at) WHERE acknowledged_at IS NULL AND unreachable_at IS NULL;
CREATE INDEX tickets_answered ON tickets (first_answered_at) WHERE first_answered_at IS NOT NULL;
CREATE INDEX tickets_uncounted ON tickets (id) WHERE first_answered_at IS NOT NULL AND NOT counted;
CREATE INDEX tickets_quiet ON tickets (changed_at) WHERE state = 'answered';
CREATE INDEX tickets_expiring ON tickets (expires_at);
-- What the job looks through that moves values under people's keys; who has no account has no key either.
CREATE INDEX tickets_email_old ON tickets (account_id) WHERE substring(email from 1 for 1) = '\x01'::bytea;
CREATE INDEX tickets_name_old ON tickets (account_id) WHERE substring(name from 1 for 1) = '\x01'::bytea;

CREATE TABLE ticket_messages (
    id          uuid PRIMARY KEY,
    ticket_id   uuid NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    author      text NOT NULL CHECK (author IN ('person', 'studio')),
    operator    text, -- who of the studio, by a handle
    text        bytea NOT NULL, -- sealed
    written_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    request_key bytea UNIQUE,
    request     bytea,
    CHECK ((author = 'studio') = (operator IS NOT NULL)),
    CHECK ((request_key IS NULL) = (request IS NULL))
);

CREATE INDEX ticket_messages_of_ticket ON ticket_messages (ticket_id, id);
CREATE INDEX ticket_messages_expiring ON ticket_messages (expires_at);

-- Letters go to people without an account, too.
ALTER TABLE mails
    ALTER COLUMN account_id DROP NOT NULL,
    ADD COLUMN ticket_id uuid REFERENCES tickets (id) ON DELETE CASCADE,
    ADD CONSTRAINT mails_to_somebody CHECK (account_id IS NOT NULL OR ticket_id IS NOT NULL);

CREATE INDEX mails_of_ticket ON mails (ticket_id) WHERE ticket_id IS NOT NULL;

-- How much was written to the studio lately, by keyed digests of addresses and clients: not logged, a crash forgets it.
CREATE UNLOGGED TABLE contact_rates (
    sender bytea PRIMARY KEY,
    due_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX contact_rates_over ON contact_rates (due_at);

-- Who of the studio looked at what of whom, and why. Lines are added and never changed; they go with their owner.
CREATE TABLE access_log (
    id         uuid PRIMARY KEY,
    account_id uuid REFERENCES accounts (id) ON DELETE CASCADE,
    ticket_id  uuid, -- stays when the ticket is gone
    operator   text NOT NULL,
    what       text NOT NULL,
    reason     text NOT NULL,
    at         timestamptz NOT NULL
);

CREATE INDEX access_log_of_account ON access_log (account_id, id DESC);
CREATE INDEX access_log_of_ticket ON access_log (ticket_id, id);
CREATE INDEX access_log_expiring ON access_log (at);

-- By a trigger: whoever may forget rows that are over has to be able to lock them, which is a right to change them.
CREATE FUNCTION access_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a line of the access log is never changed' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER access_log_stays BEFORE UPDATE ON access_log FOR EACH ROW EXECUTE FUNCTION access_log_stays();
REVOKE TRUNCATE ON access_log FROM gateway;
