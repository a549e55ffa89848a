-- What each person may do, as billing told last. No row: what everybody may.
CREATE TABLE allowances (
    user_id    uuid PRIMARY KEY,
    version    bigint NOT NULL,
    variants   integer NOT NULL,
    resolution integer NOT NULL,
    shares     integer NOT NULL
);

-- How many links somebody has given out.
CREATE INDEX shares_of_person ON shares (user_id);
