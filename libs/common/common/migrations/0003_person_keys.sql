-- One key per person: everything of hers in this schema, and every object of hers, is sealed under it.

CREATE TABLE person_keys (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL UNIQUE,
    wrapped    bytea NOT NULL CHECK (length(wrapped) = 65),
    version    bigint NOT NULL,
    -- When the transaction began that made it, by this server's own clock: whoever finds a key that is not older than
    -- her own transaction cannot be sure that it will stay, since she may have made it herself.
    created_at timestamptz NOT NULL DEFAULT now()
);

-- After a rotation: whose keys are still under an older one.
CREATE INDEX person_keys_by_version ON person_keys (version);
