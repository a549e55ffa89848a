-- Letters that others ask for: the numbers and dates in them, and one of billing's documents to go along.

ALTER TABLE mails
    ADD COLUMN parameters jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN attachment uuid;
