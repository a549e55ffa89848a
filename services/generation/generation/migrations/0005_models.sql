-- Printable models: one per picture and height, made on request; their files lie below the picture's own place.

CREATE TABLE models (
    figurine_id  uuid NOT NULL REFERENCES figurines (id),
    picture      smallint NOT NULL,
    height_mm    smallint NOT NULL,
    state        text NOT NULL CHECK (state IN ('asked', 'making', 'ready', 'failed')),
    attempt      smallint NOT NULL DEFAULT 0,
    lapses       smallint NOT NULL DEFAULT 0, -- makers that went silent since it was asked for
    lease_until  timestamptz,
    not_before   timestamptz,
    report       jsonb,
    failure_code text,
    asked_at     timestamptz NOT NULL,
    finished_at  timestamptz,
    PRIMARY KEY (figurine_id, picture, height_mm)
);

CREATE INDEX models_under_way ON models (asked_at) WHERE state IN ('asked', 'making');
