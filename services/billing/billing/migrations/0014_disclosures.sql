-- What payment providers were told of people, call by call (promise T5): compared with what was bought from them.

CREATE TABLE disclosures (
    id      uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    partner text NOT NULL,
    kind    text NOT NULL,
    at      timestamptz NOT NULL
);

CREATE INDEX disclosures_of_person ON disclosures (user_id, partner, kind, at);
CREATE INDEX disclosures_age ON disclosures (at);

-- It stays as it was written, until its time is over or its person leaves.
REVOKE UPDATE, TRUNCATE ON disclosures FROM billing;
