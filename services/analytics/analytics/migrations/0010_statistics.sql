-- What was published of a month: drawn once, and never again, so that asking often does not average the noise away.

CREATE TABLE releases (
    month       date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    -- What it cost each person of that month, as it was set; NULL without noise.
    epsilon     text,
    -- How many figurines of one person count at most, and under how many people nothing is told.
    at_most     integer NOT NULL,
    k           integer NOT NULL,
    released_at timestamptz NOT NULL
);

CREATE TABLE released_figurines (
    month     date NOT NULL REFERENCES releases (month) ON DELETE CASCADE,
    style     text NOT NULL,
    figurines bigint NOT NULL CHECK (figurines >= 0),
    PRIMARY KEY (month, style)
);

-- What is out is out.
REVOKE UPDATE, TRUNCATE ON releases, released_figurines FROM analytics;
