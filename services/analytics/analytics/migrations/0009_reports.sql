-- What the gateway noticed by the hour, what is watched for being unusual, and what was found. Nothing here is about a
-- person: no ids, and nothing that leads to one.

CREATE TABLE signals_of_hours (
    signal text NOT NULL,
    hour   timestamptz NOT NULL,
    count  bigint NOT NULL CHECK (count >= 0),
    PRIMARY KEY (hour, signal)
);

-- Ten weeks of each rate, longer than sums of hours are kept: an hour is compared with the same one of eight weeks.
CREATE TABLE rates_of_hours (
    rate   text NOT NULL,
    part   text NOT NULL,
    hour   timestamptz NOT NULL,
    value  double precision NOT NULL,
    things bigint NOT NULL CHECK (things >= 0),
    PRIMARY KEY (rate, part, hour)
);

CREATE INDEX rates_of_old_hours ON rates_of_hours (hour);

-- How far each watch has come: what is judged twice is judged once.
CREATE TABLE watches (
    rate         text NOT NULL,
    part         text NOT NULL,
    judged_until timestamptz NOT NULL,
    since        timestamptz,
    calm         integer NOT NULL DEFAULT 0,
    silent       integer NOT NULL DEFAULT 0,
    PRIMARY KEY (rate, part)
);

CREATE INDEX watches_judged ON watches (judged_until);

CREATE TABLE anomalies (
    rate     text NOT NULL,
    part     text NOT NULL,
    since    timestamptz NOT NULL,
    until    timestamptz,
    value    double precision NOT NULL,
    expected double precision NOT NULL,
    step     double precision NOT NULL,
    detail   text NOT NULL,
    PRIMARY KEY (rate, part, since)
);

CREATE INDEX anomalies_by_time ON anomalies (since);
CREATE INDEX anomalies_open ON anomalies (since) WHERE until IS NULL;
