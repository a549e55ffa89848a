-- What an owner does with a figurine: deletes it, shares it, rates it.

ALTER TABLE figurines
    ADD COLUMN deleted_at        timestamptz, -- its owner deleted it; nobody sees it any more
    ADD COLUMN deletion_tried_at timestamptz, -- when its pictures were last being destroyed
    ADD COLUMN gone_at           timestamptz; -- nothing of it is left in the store

CREATE INDEX figurines_leaving ON figurines (deleted_at) WHERE deleted_at IS NOT NULL AND gone_at IS NULL;

-- A public link. The token opens the figurine to whoever has it: found by digest, shown to the owner again.
CREATE TABLE shares (
    figurine_id  uuid PRIMARY KEY REFERENCES figurines (id),
    user_id      uuid NOT NULL,
    token        bytea NOT NULL,
    token_digest bytea NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL
);

CREATE TABLE ratings (
    figurine_id uuid PRIMARY KEY REFERENCES figurines (id),
    user_id     uuid NOT NULL,
    stars       smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    comment     bytea,
    rated_at    timestamptz NOT NULL
);
