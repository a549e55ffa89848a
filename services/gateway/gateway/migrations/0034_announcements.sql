-- News of the studio's (promise U6): written, sent once to everybody who wants it, and what became of each letter.

CREATE TABLE announcements (
    id            uuid PRIMARY KEY,
    state         text NOT NULL CHECK (state IN ('draft', 'ready', 'sending', 'sent', 'stopped')),
    revision      integer NOT NULL DEFAULT 1 CHECK (revision > 0), -- grows with each change of the words
    tested        integer, -- the revision somebody last sent herself
    created_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    began_at      timestamptz,
    ended_at      timestamptz,
    walked_to     uuid, -- everybody up to this account has been come to
    next_batch_at timestamptz,
    -- Counted as it happens: who leaves later takes her letters along, and is counted all the same.
    entitled      integer NOT NULL DEFAULT 0 CHECK (entitled >= 0),
    sent          integer NOT NULL DEFAULT 0 CHECK (sent >= 0),
    refused       integer NOT NULL DEFAULT 0 CHECK (refused >= 0),
    uncertain     integer NOT NULL DEFAULT 0 CHECK (uncertain >= 0),
    bounced       integer NOT NULL DEFAULT 0 CHECK (bounced >= 0),
    unsubscribed  integer NOT NULL DEFAULT 0 CHECK (unsubscribed >= 0),
    CHECK (sent + refused + uncertain <= entitled),
    CHECK (bounced <= sent + uncertain),
    CHECK ((state IN ('draft', 'ready')) = (began_at IS NULL)),
    CHECK ((state IN ('sent', 'stopped')) = (ended_at IS NOT NULL))
);

CREATE INDEX announcements_sending ON announcements (next_batch_at) WHERE state = 'sending';

CREATE TABLE announcement_texts (
    announcement_id uuid NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    language        text NOT NULL CHECK (language IN ('en', 'de')),
    subject         text NOT NULL,
    words           text NOT NULL,
    PRIMARY KEY (announcement_id, language)
);

CREATE TABLE announcement_letters (
    announcement_id uuid NOT NULL REFERENCES announcements (id),
    account_id      uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mail_id         uuid NOT NULL UNIQUE,
    state           text NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'uncertain', 'passed_over',
                                                   'bounced')),
    at              timestamptz NOT NULL,
    unsubscribed_at timestamptz,
    -- Whoever comes to somebody a second time finds that she was come to.
    PRIMARY KEY (announcement_id, account_id)
);

CREATE INDEX announcement_letters_of_account ON announcement_letters (account_id);
CREATE INDEX announcement_letters_waiting ON announcement_letters (announcement_id) WHERE state = 'waiting';
CREATE INDEX announcement_letters_age ON announcement_letters (at);

-- Who wants news, in the order in which they are come to.
CREATE INDEX consents_to_news ON consents (account_id) WHERE purpose = 'news' AND granted;
