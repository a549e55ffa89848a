-- Which values still lie under the keyring instead of their owner's key: the job that moves them finds them here, and
-- finds nothing once they are moved.

CREATE INDEX shares_token_old ON shares (user_id) WHERE substring(token from 1 for 1) = '\x01'::bytea;
CREATE INDEX ratings_comment_old ON ratings (user_id) WHERE substring(comment from 1 for 1) = '\x01'::bytea;

-- How far the files in each bucket have been looked at, since the store cannot be asked for old ones.
CREATE TABLE resealing (
    bucket   text PRIMARY KEY,
    after    uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ended_at timestamptz
);

INSERT INTO resealing (bucket) VALUES ('figurines'), ('photos');
