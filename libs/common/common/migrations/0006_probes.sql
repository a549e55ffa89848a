-- When each probe of this service last began to look, so that several processes do not look at once.
CREATE TABLE probe_runs (
    promise  text NOT NULL,
    probe    text NOT NULL,
    began_at timestamptz NOT NULL,
    PRIMARY KEY (promise, probe)
);
