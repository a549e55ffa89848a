-- The ends of figurines under pseudonyms, and counters that hold nothing about a person.

-- No user id, no figurine id, and no time finer than the day: other services' rows must not lead here.
CREATE TABLE facts (
    figurine     bytea PRIMARY KEY CHECK (length(figurine) = 16),
    subject      bytea NOT NULL CHECK (length(subject) = 16),
    day          date NOT NULL,
    style        text NOT NULL,
    engine       text NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('succeeded', 'partly_succeeded', 'failed', 'rejected', 'cancelled')),
    pictures     integer NOT NULL CHECK (pictures >= 0),
    rendering_ms integer,
    waiting_ms   bigint
);

CREATE INDEX facts_of_subject ON facts (subject);

CREATE TABLE figurines_per_day (
    day       date NOT NULL,
    style     text NOT NULL,
    engine    text NOT NULL,
    outcome   text NOT NULL,
    figurines bigint NOT NULL,
    pictures  bigint NOT NULL,
    PRIMARY KEY (day, style, engine, outcome)
);

CREATE TABLE sign_ups_per_day (
    day      date PRIMARY KEY,
    accounts bigint NOT NULL
);
