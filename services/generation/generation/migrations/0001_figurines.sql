-- Jobs, their attempts, the pictures they delivered, and the photos they were made from.

CREATE TABLE figurines (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL,
    upload_id    uuid,
    style        text NOT NULL,
    variants     smallint NOT NULL,
    aspect_ratio text NOT NULL,
    seed         bigint NOT NULL,
    unit_price   integer NOT NULL,
    state        text NOT NULL CHECK (state IN
                 ('priced', 'queued', 'rendering', 'succeeded', 'partly_succeeded', 'failed', 'rejected', 'cancelled')),
    attempt      smallint NOT NULL DEFAULT 0,
    failures     smallint NOT NULL DEFAULT 0, -- attempts that count; waiting for the store does not
    lease_until  timestamptz,
    not_before   timestamptz,
    engine       text,
    failure_code text,
    requested_at timestamptz NOT NULL,
    queued_at    timestamptz,
    finished_at  timestamptz
);

CREATE INDEX figurines_queue ON figurines (queued_at) WHERE state = 'queued';
CREATE INDEX figurines_leases ON figurines (lease_until) WHERE state = 'rendering';

CREATE TABLE attempts (
    figurine_id uuid NOT NULL REFERENCES figurines (id),
    attempt     smallint NOT NULL,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    rendering_ms integer,
    outcome     text,
    -- Whether objects of an attempt that did not win may still lie in the store.
    swept       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (figurine_id, attempt)
);

CREATE INDEX attempts_unswept ON attempts (ended_at) WHERE NOT swept AND ended_at IS NOT NULL;
CREATE INDEX attempts_recent ON attempts (ended_at DESC) WHERE outcome = 'delivered';

CREATE TABLE pictures (
    figurine_id uuid NOT NULL REFERENCES figurines (id),
    n           smallint NOT NULL,
    prefix      text NOT NULL,
    media_type  text NOT NULL,
    width       integer NOT NULL,
    height      integer NOT NULL,
    PRIMARY KEY (figurine_id, n)
);

CREATE TABLE uploads (
    id          uuid PRIMARY KEY,
    figurine_id uuid NOT NULL,
    user_id     uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('held', 'deleting', 'deleted')),
    reason      text,
    uploaded_at timestamptz NOT NULL,
    delete_by   timestamptz NOT NULL,
    next_try_at timestamptz,
    deleted_at  timestamptz
);

CREATE INDEX uploads_of_person ON uploads (user_id) WHERE state <> 'deleted';
CREATE INDEX uploads_deleting ON uploads (next_try_at) WHERE state = 'deleting';
CREATE INDEX uploads_due ON uploads (delete_by) WHERE state = 'held';
