-- Which versions of the policy came out, as privacy said: one that waits for somebody's word is shown only then.

CREATE TABLE policy_releases (
    version      text PRIMARY KEY,
    published_at timestamptz NOT NULL
);
