-- What names are made with, so that it can be destroyed; and what is kept under them beside facts.

-- Half of a month's key; the other half is in the settings. Neither is of use alone, and once this one is gone nobody
-- can tell whose the names of that month were. NULL: as keys were made before, of the settings alone.
CREATE TABLE pseudonym_keys (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    salt  bytea CHECK (length(salt) = 32)
);

INSERT INTO pseudonym_keys (month) SELECT DISTINCT date_trunc('month', day)::date FROM facts;

-- The same for visitors, for a day.
CREATE TABLE visitor_keys (
    day  date PRIMARY KEY,
    salt bytea NOT NULL CHECK (length(salt) = 32)
);

-- When somebody had her first figurine, under a name that no fact bears.
CREATE TABLE cohorts (
    member   bytea PRIMARY KEY CHECK (length(member) = 16),
    month    date NOT NULL,
    last_day date NOT NULL
);

CREATE INDEX cohorts_of_day ON cohorts (last_day);

-- How long somebody used the studio on a day; on which pages, only facts tell, and those do not bear this name.
CREATE TABLE time_spent (
    subject bytea NOT NULL CHECK (length(subject) = 16),
    day     date NOT NULL,
    seconds bigint NOT NULL CHECK (seconds >= 0),
    PRIMARY KEY (subject, day)
);

CREATE INDEX time_spent_of_day ON time_spent (day);
