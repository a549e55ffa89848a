-- What opens an upload is in none of its objects: the wrapped data keys come with the order and lie here, under the
-- key of the upload's owner, until it is deleted. NULL: the order came from a release that put them beside the objects.

ALTER TABLE uploads
    ADD COLUMN photo_key bytea,
    ADD COLUMN words_key bytea,
    ADD CONSTRAINT uploads_keys_go_with_it CHECK (state <> 'deleted' OR (photo_key IS NULL AND words_key IS NULL));
