-- Whether a figurine was ordered for now, or for within a day at half the price.

ALTER TABLE figurines ADD COLUMN delivery text NOT NULL DEFAULT 'now';
