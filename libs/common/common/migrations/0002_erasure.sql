-- Who asked to be forgotten: a keyed digest, checked by whoever writes, and what is still to be done about it.

CREATE TABLE tombstones (
    number       bigint PRIMARY KEY CHECK (number > 0), -- no gaps: the journal outside this database has the same
    person       bytea NOT NULL UNIQUE CHECK (length(person) = 32),
    request_id   uuid NOT NULL,
    fenced_at    timestamptz NOT NULL,
    journaled_at timestamptz,
    gone_at      timestamptz
);

CREATE TABLE erasures (
    request_id  uuid PRIMARY KEY,
    user_id     uuid, -- until it is over
    state       text NOT NULL CHECK (state IN ('fenced', 'called', 'erased')),
    fenced_at   timestamptz NOT NULL,
    plan        jsonb, -- how to find what was theirs; until it is over
    outcome     jsonb, -- kinds of records and numbers
    statement   text,
    signature   text,
    attempts    integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    erased_at   timestamptz,
    CHECK (state <> 'erased' OR (user_id IS NULL AND plan IS NULL AND statement IS NOT NULL))
);

CREATE INDEX erasures_waiting ON erasures (next_try_at) WHERE state <> 'erased';

-- Which of these are gone. Whoever asks keeps, until the end of the transaction, a lock that the erasure of the same
-- person waits for: what is written in between is there for it to find. One order for all, so that none wait in a ring.
CREATE FUNCTION gone_of(persons bytea[]) RETURNS SETOF bytea
    LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(key)
       FROM (SELECT DISTINCT hashtextextended(encode(person, 'hex'), hashtext(current_schema())) AS key
               FROM unnest(persons) AS person ORDER BY key) AS locks;
    -- A statement of its own, which sees what was committed while the one before waited.
    RETURN QUERY SELECT person FROM tombstones WHERE person = ANY (persons) AND gone_at IS NOT NULL;
END
$$;

-- Tombstones stay. Where the service's role has the name of its schema, it cannot take one away.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_schema() AND rolname <> current_user) THEN
        EXECUTE format('REVOKE DELETE, TRUNCATE ON tombstones FROM %I', current_schema());
    END IF;
END
$$;
