-- Promise S5: security audits. When and how much is for everybody, what was found is for operators.

CREATE TABLE audits (
    id       uuid PRIMARY KEY, -- UUIDv7, made by the auditor: filed twice, it is one
    at       timestamptz NOT NULL,
    filed_at timestamptz NOT NULL,
    by       text NOT NULL CHECK (by IN ('schedule', 'hand')),
    high     integer NOT NULL CHECK (high >= 0),
    medium   integer NOT NULL CHECK (medium >= 0),
    low      integer NOT NULL CHECK (low >= 0),
    checks   jsonb NOT NULL
);

CREATE INDEX audits_at ON audits (at DESC);
CREATE INDEX audits_filed ON audits (filed_at);

CREATE TABLE audit_findings (
    audit_id   uuid NOT NULL REFERENCES audits ON DELETE CASCADE,
    number     integer NOT NULL,
    check_name text NOT NULL,
    kind       text NOT NULL,
    severity   text CHECK (severity IN ('high', 'medium', 'low')),
    sentence   text NOT NULL,
    place      text NOT NULL,
    PRIMARY KEY (audit_id, number),
    -- What could not be looked at has no severity, and everything else has one.
    CHECK ((severity IS NULL) = (kind = 'not_examined'))
);

-- Append-only for the service: a finding is never taken back.
REVOKE UPDATE, DELETE, TRUNCATE ON audits, audit_findings FROM privacy;

-- By the clock of this server, whatever the caller's says: see 0002_forget.sql.
CREATE FUNCTION audit_limit() RETURNS timestamptz
    LANGUAGE sql STABLE SET timezone = 'UTC'
    RETURN now() - interval '2 years';

CREATE FUNCTION forget_audits(filed_before timestamptz, at_most integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = privacy, pg_temp
AS $$
DECLARE
    forgotten bigint;
BEGIN
    IF filed_before > audit_limit() THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'audits are kept for two years',
            HINT = format('Ask for nothing filed after %s.', audit_limit());
    END IF;
    DELETE FROM audits WHERE id IN (
        SELECT id FROM audits WHERE filed_at < filed_before ORDER BY filed_at LIMIT at_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END
$$;

REVOKE ALL ON FUNCTION audit_limit(), forget_audits(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_limit(), forget_audits(timestamptz, integer) TO privacy;
