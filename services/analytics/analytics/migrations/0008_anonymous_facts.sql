-- What is left of a month after two years, the evidence that nobody can be found in it, and the end of its facts.

-- Months that no fact is added to any more. What came for one later is counted here, and nowhere else.
CREATE TABLE closed_months (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    late  bigint NOT NULL DEFAULT 0
);

-- Without a day a row is about its whole month; "other" is what was merged.
CREATE TABLE anonymous_facts (
    month        date NOT NULL CHECK (extract(day FROM month) = 1),
    day          date CHECK (date_trunc('month', day) = month),
    kind         text NOT NULL,
    style        text NOT NULL,
    engine       text NOT NULL,
    outcome      text NOT NULL,
    page         text NOT NULL,
    currency     text NOT NULL,
    facts        bigint NOT NULL,
    pictures     bigint NOT NULL,
    credits      bigint NOT NULL,
    -- Zero where currencies were merged.
    amount       bigint NOT NULL,
    seconds      bigint NOT NULL,
    stars        bigint NOT NULL,
    timed        bigint NOT NULL,
    rendering_ms bigint NOT NULL,
    waiting_ms   bigint NOT NULL,
    UNIQUE NULLS NOT DISTINCT (month, day, kind, style, engine, outcome, page, currency)
);

-- Who began in a month that is over is found by it.
CREATE INDEX cohorts_of_month ON cohorts (month);

-- One line a month, written with its rows. Numbers of people are at least so many.
CREATE TABLE anonymisations (
    month             date PRIMARY KEY REFERENCES closed_months,
    -- Facts that had a name, and those whose people alone could have been behind them, over all their columns.
    named             bigint NOT NULL,
    unique_before     bigint NOT NULL,
    -- Facts by the sums there were, in the rows there are, and in none.
    counted           bigint NOT NULL,
    kept              bigint NOT NULL,
    suppressed        bigint NOT NULL,
    suppressed_people bigint,
    rows              bigint NOT NULL,
    unique_after      bigint NOT NULL,
    smallest          bigint,
    candidates        bigint,
    digest            bytea NOT NULL CHECK (length(digest) = 32),
    finished_at       timestamptz NOT NULL,
    CHECK (counted = kept + suppressed),
    -- The last line of defence: nothing is on record that lets somebody stand alone.
    CHECK (rows = 0 OR coalesce(smallest, 0) >= 20 AND coalesce(candidates, 0) >= 20 AND unique_after = 0),
    CHECK (rows = 0 OR coalesce(suppressed_people, 20) >= 20)
);

-- Evidence, and what it is about, stay as they were written.
REVOKE UPDATE, DELETE, TRUNCATE ON anonymous_facts, anonymisations FROM analytics;

-- The same for the same rows, in whatever order they are read.
CREATE FUNCTION digest_of(of_month date) RETURNS bytea
    LANGUAGE plpgsql STABLE SET search_path = analytics, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT sha256(convert_to(coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), ''), 'UTF8'))
          FROM (SELECT concat_ws('|', month::text, coalesce(day::text, ''), kind, style, engine, outcome, page, currency,
                                 facts, pictures, credits, amount, seconds, stars, timed, rendering_ms, waiting_ms)
                       AS line
                  FROM anonymous_facts WHERE month = of_month) AS lines);
END
$$;

-- The owner's, since the service may not drop tables. True where there was something to drop.
CREATE FUNCTION drop_month(of_month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = analytics, pg_temp
AS $$
DECLARE
    month text := 'facts_' || to_char(of_month, 'YYYY_MM');
BEGIN
    IF NOT EXISTS (SELECT FROM anonymisations WHERE anonymisations.month = of_month) THEN
        RAISE EXCEPTION 'facts of % are not anonymous yet', of_month;
    END IF;
    -- Whoever counts holds this before a table: they wait here, and not for each other.
    PERFORM pg_advisory_xact_lock(hashtext('analytics.counts'));
    IF to_regclass(month) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('ALTER TABLE facts DETACH PARTITION %I', month);
    EXECUTE format('DROP TABLE %I', month);
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION digest_of(date), drop_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digest_of(date), drop_month(date) TO analytics;
