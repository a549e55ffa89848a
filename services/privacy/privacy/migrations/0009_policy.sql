-- Which versions of the policy came out, what they said, and how many people were told of it (promise N1).

CREATE TABLE policy_versions (
    version       text PRIMARY KEY,
    digest        text NOT NULL, -- SHA-256 of what it says and of what that promises, in hex
    significant   boolean NOT NULL,
    published_at  timestamptz NOT NULL,
    announced_at  timestamptz NOT NULL, -- when the house was told of it last
    altered_at    timestamptz, -- when it was first found to say something else than it did
    entitled      integer CHECK (entitled >= 0),
    told          integer CHECK (told >= 0),
    undeliverable integer CHECK (undeliverable >= 0),
    departed      integer CHECK (departed >= 0),
    waiting       integer CHECK (waiting >= 0),
    counted_at    timestamptz,
    completed_at  timestamptz
);

-- What came out stays out, as it was: the service may note what became of it, and nothing more.
REVOKE UPDATE, DELETE, TRUNCATE ON policy_versions FROM privacy;
GRANT UPDATE (announced_at, altered_at, entitled, told, undeliverable, departed, waiting, counted_at, completed_at)
    ON policy_versions TO privacy;
