-- What is over its period is found by index and deleted; evidence by one function alone.

CREATE INDEX endings_ended ON endings (ended_at);
CREATE INDEX evidence_filed ON evidence (at);

-- Evidence younger than this stays, by the clock of this server: the caller's could have been set forward.
CREATE FUNCTION evidence_limit() RETURNS timestamptz
    LANGUAGE sql STABLE SET timezone = 'UTC'
    RETURN now() - interval '2 years';

-- The service's role cannot delete evidence, so that it cannot hide any. It may call this, which runs with the
-- owner's rights and refuses to go beyond the limit, whatever it is asked.
CREATE FUNCTION forget_evidence(filed_before timestamptz, at_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    -- Temporary tables last: otherwise a caller's own could stand in for the evidence.
    SET search_path = privacy, pg_temp
AS $$
DECLARE
    forgotten bigint;
BEGIN
    IF filed_before > evidence_limit() THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'evidence is kept for two years',
            HINT = format('Ask for nothing filed after %s.', evidence_limit());
    END IF;
    DELETE FROM evidence WHERE id IN (
        SELECT id FROM evidence WHERE at < filed_before ORDER BY at LIMIT at_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END
$$;

REVOKE ALL ON FUNCTION evidence_limit(), forget_evidence(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence_limit(), forget_evidence(timestamptz, integer) TO privacy;
