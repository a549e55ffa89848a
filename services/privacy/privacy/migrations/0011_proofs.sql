-- What probes found about the promises: a chain of signed findings, of which the newest say how each promise stands.

CREATE TABLE proofs (
    number    bigint PRIMARY KEY, -- without gaps: given under a lock
    promise   text NOT NULL,
    probe     text NOT NULL,
    service   text NOT NULL,
    state     text NOT NULL CHECK (state IN ('kept', 'broken', 'not_applicable')),
    at        timestamptz NOT NULL,
    filed_at  timestamptz NOT NULL,
    body      text NOT NULL,
    signature text NOT NULL,
    digest    bytea NOT NULL UNIQUE
);

CREATE INDEX proofs_of_promise ON proofs (promise, number DESC);
CREATE INDEX proofs_by_age ON proofs (filed_at);

-- Never changed; deleted only by the function below, from the old end.
REVOKE UPDATE, DELETE, TRUNCATE ON proofs FROM privacy;

-- The newest finding of each probe, so that nobody has to look through the chain.
CREATE TABLE probe_states (
    promise text NOT NULL,
    probe   text NOT NULL,
    service text NOT NULL,
    state   text NOT NULL,
    at      timestamptz NOT NULL,
    checked text NOT NULL,
    number  bigint NOT NULL,
    -- When it last found the promise kept, or nothing to keep it for.
    kept_at timestamptz,
    PRIMARY KEY (promise, probe, service)
);

CREATE TABLE promise_states (
    promise   text PRIMARY KEY,
    state     text NOT NULL CHECK (state IN ('kept', 'broken', 'stale', 'not_applicable')),
    since     timestamptz NOT NULL,
    judged_at timestamptz NOT NULL
);

-- How many minutes of a day a promise was found like that.
CREATE TABLE promise_days (
    promise        text NOT NULL,
    day            date NOT NULL,
    kept           integer NOT NULL DEFAULT 0,
    broken         integer NOT NULL DEFAULT 0,
    stale          integer NOT NULL DEFAULT 0,
    not_applicable integer NOT NULL DEFAULT 0,
    PRIMARY KEY (promise, day)
);

-- Findings younger than this stay, by the clock of this server: the caller's could have been set forward.
CREATE FUNCTION proofs_limit() RETURNS timestamptz
    LANGUAGE sql STABLE SET timezone = 'UTC'
    RETURN now() - interval '90 days';

-- The owner's: the service itself has no right to delete a finding. From the old end only, and never beyond the limit.
CREATE FUNCTION forget_proofs(at_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = privacy, pg_temp
AS $$
DECLARE
    forgotten bigint;
BEGIN
    DELETE FROM proofs WHERE number IN (
        SELECT number FROM proofs WHERE filed_at < proofs_limit() ORDER BY number LIMIT at_most);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END
$$;

REVOKE ALL ON FUNCTION proofs_limit(), forget_proofs(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION proofs_limit(), forget_proofs(integer) TO privacy;
