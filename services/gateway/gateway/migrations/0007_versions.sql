-- Versions of a figurine: which one each comes from, and the tree they stand in.

ALTER TABLE figurines
    -- When the one between is deleted, its versions hang on the one before it; the root's become roots of the same tree.
    ADD COLUMN parent_id      uuid REFERENCES figurines (id) ON DELETE SET NULL,
    ADD COLUMN parent_picture smallint,
    ADD COLUMN root_id        uuid,   -- null: it is the root itself
    ADD COLUMN note           bytea,  -- what was to be different; only of a version
    ADD COLUMN seed           bigint, -- null: from before it was kept
    ALTER COLUMN upload_id DROP NOT NULL; -- null: made without a photo

CREATE INDEX figurines_versions ON figurines (root_id) WHERE root_id IS NOT NULL;
CREATE INDEX figurines_children ON figurines (parent_id) WHERE parent_id IS NOT NULL;
