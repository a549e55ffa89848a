-- Facts of every kind, a partition a month. What was kept so far moves over.

ALTER TABLE facts RENAME TO facts_before;
ALTER TABLE facts_before RENAME CONSTRAINT facts_pkey TO facts_before_pkey;
DROP INDEX facts_of_subject;
DROP INDEX facts_of_day;

-- No id and no time finer than the hour: other services' rows must not lead here. What is not known of a fact is
-- called so, since rollups cannot be kept by NULL.
CREATE TABLE facts (
    mark         bytea NOT NULL CHECK (length(mark) = 16),
    kind         text NOT NULL
                 CHECK (kind IN ('figurine', 'order', 'rating', 'purchase', 'refund', 'sign_up', 'page')),
    day          date NOT NULL,
    -- Of the day in UTC; nobody knows it of what was counted before hours were.
    hour         smallint CHECK (hour BETWEEN 0 AND 23),
    subject      bytea CHECK (length(subject) = 16),
    style        text NOT NULL DEFAULT 'none',
    engine       text NOT NULL DEFAULT 'none',
    outcome      text NOT NULL DEFAULT 'none',
    reason       text NOT NULL DEFAULT 'none',
    page         text NOT NULL DEFAULT 'none',
    device       text NOT NULL DEFAULT 'unknown',
    os           text NOT NULL DEFAULT 'unknown',
    browser      text NOT NULL DEFAULT 'unknown',
    country      text NOT NULL DEFAULT 'unknown',
    -- A name of the network under the key of that day.
    network      bytea CHECK (length(network) = 16),
    plan         text NOT NULL DEFAULT 'unknown',
    -- The month of the person's first figurine.
    cohort       date,
    pictures     integer NOT NULL DEFAULT 0 CHECK (pictures >= 0),
    credits      integer NOT NULL DEFAULT 0,
    -- In the currency's minor unit.
    amount       bigint NOT NULL DEFAULT 0,
    currency     text NOT NULL DEFAULT 'none',
    seconds      integer NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    stars        smallint NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
    rendering_ms integer,
    waiting_ms   bigint,
    -- Of what can be said anew: when it was said, under a pad that only the month's key gives.
    version      bigint,
    PRIMARY KEY (mark, kind, day)
) PARTITION BY RANGE (day);

CREATE INDEX facts_of_subject ON facts (subject) WHERE subject IS NOT NULL;
CREATE INDEX facts_of_day ON facts (day);

-- A net: what falls into it moves to its month when the clock comes by.
CREATE TABLE facts_rest PARTITION OF facts DEFAULT;

-- The owner's, since the service may not create tables. True where the partition was not there yet.
CREATE FUNCTION make_month(of_day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
AS $$
DECLARE
    first date := date_trunc('month', of_day)::date;
    next  date := (date_trunc('month', of_day) + interval '1 month')::date;
    month text := 'facts_' || to_char(first, 'YYYY_MM');
BEGIN
    -- Whoever counts holds this, too: nothing falls into the net while it is emptied.
    PERFORM pg_advisory_xact_lock(hashtext('analytics.counts'));
    IF to_regclass(month) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE facts INCLUDING ALL)', month);
    EXECUTE format('WITH moved AS (DELETE FROM facts_rest WHERE day >= %L AND day < %L RETURNING *)'
                   ' INSERT INTO %I SELECT * FROM moved', first, next, month);
    EXECUTE format('ALTER TABLE facts ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', month, first, next);
    RETURN true;
END
$$;

-- In whatever schema this is, and nothing of whoever calls it in front.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION make_month(date) SET search_path = %I, pg_temp', current_schema());
END
$$;

REVOKE ALL ON FUNCTION make_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_month(date) TO analytics;

SELECT make_month(month) FROM (
    SELECT DISTINCT date_trunc('month', day)::date AS month FROM facts_before
     UNION SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + ahead * interval '1 month')::date
             FROM generate_series(0, 3) AS ahead) AS months;

INSERT INTO facts (mark, kind, day, subject, style, engine, outcome, pictures, rendering_ms, waiting_ms)
SELECT figurine, 'figurine', day, subject, style, engine, outcome, pictures, rendering_ms, waiting_ms
  FROM facts_before;

DROP TABLE facts_before;
