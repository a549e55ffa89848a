-- What people allow, and what partners were given (promises R5 and T5).

CREATE TABLE consents (
    id             uuid PRIMARY KEY,
    user_id        uuid NOT NULL,
    purpose        text NOT NULL,
    granted        boolean NOT NULL,
    policy_version text NOT NULL,
    how            text NOT NULL CHECK (how IN ('studio page', 'api')),
    changed_at     timestamptz NOT NULL,
    -- Whoever keeps a copy tells older news from newer by this moment alone.
    UNIQUE (user_id, purpose, changed_at)
);

-- A change that was made stays as it was made. Deleting is for erasure, which takes all of a person's.
REVOKE UPDATE, TRUNCATE ON consents FROM privacy;

CREATE TABLE disclosures (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL,
    figurine_id  uuid NOT NULL,
    partner      text NOT NULL,
    kind         text NOT NULL,
    purpose      text NOT NULL,
    disclosed_at timestamptz NOT NULL,
    -- Told twice is filed once, whatever the ids of the events.
    UNIQUE (figurine_id, partner, kind, disclosed_at)
);

CREATE INDEX disclosures_of_person ON disclosures (user_id, disclosed_at DESC, id DESC);

REVOKE UPDATE, TRUNCATE ON disclosures FROM privacy;
