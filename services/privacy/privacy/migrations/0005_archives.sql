-- Copies of people's data: gathered from every service, put together, kept for a week.

CREATE TABLE archives (
    request_id  uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('gathering', 'ready', 'gone')),
    attempt     integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    not_before  timestamptz NOT NULL,
    -- When it is put together at the latest, without whoever has not answered.
    gather_until timestamptz NOT NULL,
    -- What there is to download, also while a more complete one is being put together.
    object      text,
    bytes       bigint,
    missing     text[] NOT NULL DEFAULT '{}',
    ready_at    timestamptz,
    delete_by   timestamptz NOT NULL,
    deleted_at  timestamptz
);

CREATE INDEX archives_of_person ON archives (user_id);
CREATE INDEX archives_to_gather ON archives (not_before) WHERE state = 'gathering';
CREATE INDEX archives_to_delete ON archives (delete_by) WHERE state <> 'gone';
CREATE INDEX archives_deleted ON archives (deleted_at);

CREATE TABLE archive_parts (
    request_id uuid NOT NULL REFERENCES archives ON DELETE CASCADE,
    service    text NOT NULL,
    object     text NOT NULL,
    bytes      bigint NOT NULL,
    sha256     text NOT NULL,
    PRIMARY KEY (request_id, service)
);
