-- Whom news does not reach, and who took her yes back by the link in a letter.

-- News that comes back: after some in a row no more is sent, until the address is confirmed or another.
CREATE TABLE news_trouble (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    failures   smallint NOT NULL CHECK (failures > 0),
    failed_at  timestamptz NOT NULL,
    paused_at  timestamptz
);

-- A no that counts here at once, and is passed on to privacy, which keeps what people allow.
CREATE TABLE news_stops (
    account_id  uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    asked_at    timestamptz NOT NULL,
    attempts    smallint NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL
);

CREATE INDEX news_stops_due ON news_stops (next_try_at);
CREATE INDEX news_stops_age ON news_stops (asked_at);

-- In which language letters of the studio's own accord are, where there are words in it.
ALTER TABLE accounts ADD COLUMN language text CHECK (language IN ('en', 'de'));
