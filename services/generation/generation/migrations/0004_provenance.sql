-- Who painted each picture, with what, and what its metadata says of that.

ALTER TABLE pictures
    ADD COLUMN engine        text,
    ADD COLUMN model         text,
    ADD COLUMN source_type   text,
    ADD COLUMN signed_at     timestamptz, -- null: from before pictures were signed
    ADD COLUMN original_type text;        -- null: the engine's own bytes are not kept besides

UPDATE pictures SET engine = figurines.engine FROM figurines WHERE figurines.id = pictures.figurine_id;
