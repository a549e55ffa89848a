-- Figurines a person wants to find again.

ALTER TABLE figurines ADD COLUMN favourite boolean NOT NULL DEFAULT false;
