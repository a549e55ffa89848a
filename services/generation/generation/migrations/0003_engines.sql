-- A fair queue for each engine, who agreed to which partner, and what partners were told.

-- The engine a job waits for, is painted by, or was painted by; nothing until somebody looks at the queue.
-- (The column is as old as the table; it used to be written at the end only.)
CREATE INDEX figurines_unassigned ON figurines (not_before NULLS FIRST, queued_at, id) WHERE state = 'queued' AND engine IS NULL;
CREATE INDEX figurines_lines ON figurines (engine, user_id, queued_at, id) INCLUDE (variants) WHERE state = 'queued';
CREATE INDEX figurines_painting ON figurines (engine, user_id) WHERE state = 'rendering';
CREATE INDEX figurines_queued_of_person ON figurines (user_id) WHERE state = 'queued';
DROP INDEX figurines_queue;
UPDATE figurines SET engine = 'studio' WHERE state = 'rendering';

-- One row for each person who waits for an engine: whose turn it is. `turn` counts pictures.
CREATE TABLE lines (
    user_id uuid NOT NULL,
    engine  text NOT NULL,
    turn    bigint NOT NULL,
    since   timestamptz NOT NULL, -- of two with the same turn, who joined earlier goes first
    PRIMARY KEY (user_id, engine)
);

CREATE INDEX lines_in_turn ON lines (engine, turn, since, user_id);

-- How far each engine has come: the latest turn that was served. Who comes anew begins there.
CREATE TABLE rounds (
    engine text PRIMARY KEY,
    turn   bigint NOT NULL
);

ALTER TABLE attempts
    ADD COLUMN engine text NOT NULL DEFAULT 'studio',
    ADD COLUMN unknown_calls smallint NOT NULL DEFAULT 0; -- calls that may have been received and were not answered

DROP INDEX attempts_recent;
CREATE INDEX attempts_recent ON attempts (engine, ended_at DESC) WHERE outcome = 'delivered';

CREATE TABLE consents (
    user_id    uuid NOT NULL,
    purpose    text NOT NULL,
    granted    boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, purpose)
);

CREATE TABLE disclosures (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    figurine_id uuid NOT NULL,
    attempt     smallint NOT NULL,
    partner     text NOT NULL,
    kind        text NOT NULL,
    purpose     text NOT NULL,
    at          timestamptz NOT NULL,
    UNIQUE (figurine_id, attempt)
);

CREATE INDEX disclosures_of_person ON disclosures (user_id, at);
