-- When each sweep last ended well, by this server's clock: who looks here sees one that has stopped.

CREATE TABLE sweep_runs (
    job           text PRIMARY KEY,
    every         interval NOT NULL,
    since         timestamptz NOT NULL DEFAULT now(), -- when it was first heard of
    ended_well_at timestamptz,
    trouble       text -- why it did not, the last time it was to run
);

-- What is past its period is found by index.
CREATE INDEX exports_asked ON exports (asked_at);
