-- What opens a part of a copy is not in the part: the wrapped data key comes with the news of it and lies here, under the
-- key of the copy's owner. NULL: the part came from a release that put it beside the object.

ALTER TABLE archive_parts ADD COLUMN wrapped_key bytea;
