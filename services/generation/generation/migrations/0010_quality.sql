-- What people tick about a figurine they rate, and a way to the ratings of a period.

ALTER TABLE ratings ADD COLUMN reasons text[] NOT NULL DEFAULT '{}';

CREATE INDEX ratings_recent ON ratings (rated_at);
