-- Sums of everybody's by hour, day and month (all in UTC), exact and kept in the transaction of their facts; and
-- sketches, which tell about how many people there were and how long things took. Reports read nothing else.

CREATE TABLE rollups_of_hours (
    period       timestamptz NOT NULL,
    kind         text NOT NULL,
    style        text NOT NULL,
    engine       text NOT NULL,
    outcome      text NOT NULL,
    reason       text NOT NULL,
    page         text NOT NULL,
    device       text NOT NULL,
    plan         text NOT NULL,
    currency     text NOT NULL,
    facts        bigint NOT NULL,
    pictures     bigint NOT NULL DEFAULT 0,
    credits      bigint NOT NULL DEFAULT 0,
    amount       bigint NOT NULL DEFAULT 0,
    seconds      bigint NOT NULL DEFAULT 0,
    stars        bigint NOT NULL DEFAULT 0,
    -- How many of the facts have times, and the sums of these.
    timed        bigint NOT NULL DEFAULT 0,
    rendering_ms bigint NOT NULL DEFAULT 0,
    waiting_ms   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (period, kind, style, engine, outcome, reason, page, device, plan, currency)
);

CREATE TABLE rollups_of_days (LIKE rollups_of_hours INCLUDING ALL);
ALTER TABLE rollups_of_days ALTER COLUMN period TYPE date USING period::date;

CREATE TABLE rollups_of_months (LIKE rollups_of_days INCLUDING ALL);

-- What people look at the studio with, all together.
CREATE TABLE rollups_of_clients (
    period  date NOT NULL,
    kind    text NOT NULL,
    os      text NOT NULL,
    browser text NOT NULL,
    country text NOT NULL,
    facts   bigint NOT NULL,
    seconds bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (period, kind, os, browser, country)
);

-- `grain` is hour, day or month, and `period` its beginning. `dimension` says of what the sketch is, as in style or
-- engine, and `value` of which; both are empty for all of it.
CREATE TABLE sketches (
    grain     text NOT NULL CHECK (grain IN ('hour', 'day', 'month')),
    period    timestamptz NOT NULL,
    measure   text NOT NULL CHECK (measure IN ('people', 'rendering_ms', 'waiting_ms', 'total_ms')),
    dimension text NOT NULL,
    value     text NOT NULL,
    sketch    bytea NOT NULL,
    -- Until when it is kept; NULL for good.
    keep_until timestamptz,
    PRIMARY KEY (grain, period, measure, dimension, value)
);

CREATE INDEX sketches_of_old ON sketches (keep_until) WHERE keep_until IS NOT NULL;

INSERT INTO rollups_of_days
       (period, kind, style, engine, outcome, reason, page, device, plan, currency, facts, pictures)
SELECT day, 'figurine', style, engine, outcome, 'none', 'none', 'unknown', 'unknown', 'none', figurines, pictures
  FROM figurines_per_day;

INSERT INTO rollups_of_days
       (period, kind, style, engine, outcome, reason, page, device, plan, currency, facts)
SELECT day, 'sign_up', 'none', 'none', 'none', 'none', 'none', 'unknown', 'unknown', 'none', accounts
  FROM sign_ups_per_day;

-- The times of those whose facts are still there; the counts of the others go without.
UPDATE rollups_of_days AS day
   SET timed = known.timed, rendering_ms = known.rendering_ms, waiting_ms = known.waiting_ms
  FROM (SELECT facts.day, style, engine, outcome, count(rendering_ms) AS timed, sum(rendering_ms) AS rendering_ms,
               sum(waiting_ms) AS waiting_ms
          FROM facts WHERE rendering_ms IS NOT NULL GROUP BY facts.day, style, engine, outcome) AS known
 WHERE (day.period, day.kind, day.style, day.engine, day.outcome)
     = (known.day, 'figurine', known.style, known.engine, known.outcome);

INSERT INTO rollups_of_months
       (period, kind, style, engine, outcome, reason, page, device, plan, currency,
        facts, pictures, timed, rendering_ms, waiting_ms)
SELECT date_trunc('month', period)::date, kind, style, engine, outcome, reason, page, device, plan, currency,
       sum(facts), sum(pictures), sum(timed), sum(rendering_ms), sum(waiting_ms)
  FROM rollups_of_days GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;

DROP TABLE figurines_per_day;
DROP TABLE sign_ups_per_day;
