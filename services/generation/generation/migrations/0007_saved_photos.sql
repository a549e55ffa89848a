-- Photos their owners chose to save: asked for with an order, copied from its upload, kept until they are deleted.

CREATE TABLE saved_photos (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    upload_id   uuid NOT NULL UNIQUE,
    state       text NOT NULL CHECK (state IN ('asked', 'saved', 'leaving')),
    width       integer,
    height      integer,
    bytes       integer,
    asked_at    timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL, -- when copying, or destroying, is tried next
    saved_at    timestamptz,
    CHECK (state <> 'saved' OR (saved_at IS NOT NULL AND width > 0 AND height > 0 AND bytes > 0))
);

CREATE INDEX saved_photos_of_person ON saved_photos (user_id, id DESC);
CREATE INDEX saved_photos_to_do ON saved_photos (next_try_at) WHERE state <> 'saved';
