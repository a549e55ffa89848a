-- What was chosen with the style: option id to choice id.

ALTER TABLE figurines ADD COLUMN options jsonb NOT NULL DEFAULT '{}';
