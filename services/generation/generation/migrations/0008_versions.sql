-- A figurine may be a version of another: of one of its pictures, painted anew from a photo or by going on from it.

ALTER TABLE figurines
    ADD COLUMN parent_id      uuid,    -- no reference: a version outlives the one it comes from
    ADD COLUMN parent_picture smallint,
    ADD COLUMN goes_on        boolean NOT NULL DEFAULT false; -- no photo: the engine goes on from the parent's picture

-- The engine's memo of a picture lies beside it: what it was told, what it said, its signatures.
ALTER TABLE pictures ADD COLUMN memo boolean NOT NULL DEFAULT false;

-- A version that goes on has words and no photo; they go as a photo does, and nothing is told of it.
ALTER TABLE uploads ADD COLUMN words_only boolean NOT NULL DEFAULT false;
