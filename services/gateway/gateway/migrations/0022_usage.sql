-- What is counted of the use of the studio (promises C4, C5) and of faults and threats (U8), before it is told on.

-- Of the hour that began then; `told` is how much of it was. Nobody stands in it.
CREATE TABLE signals (
    hour   timestamptz NOT NULL,
    signal text NOT NULL,
    count  bigint NOT NULL CHECK (count > 0),
    told   bigint NOT NULL DEFAULT 0 CHECK (told BETWEEN 0 AND count),
    since  timestamptz NOT NULL, -- when the first of what was not told came
    PRIMARY KEY (hour, signal)
);

CREATE INDEX signals_untold ON signals (since) WHERE told < count;

-- So that nobody makes up more use than there was: who it is, only a digest says that is another one every day. Worth
-- nothing once the moment is over: it is not logged, and a crash forgets it.
CREATE UNLOGGED TABLE usage_rates (
    who    bytea PRIMARY KEY,
    due_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX usage_rates_over ON usage_rates (due_at);

-- Which plan it is that allows it; empty without one, and of whom nothing was told since there is this column.
ALTER TABLE allowances ADD COLUMN plan text NOT NULL DEFAULT '';
