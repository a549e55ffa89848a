-- Promises found broken, until operators were told by mail.
CREATE TABLE alarms (
    id         uuid PRIMARY KEY, -- UUIDv7: sorts by the moment it was heard
    promise    text NOT NULL,
    detail     text NOT NULL,
    noticed_at timestamptz NOT NULL,
    told_at    timestamptz
);

CREATE INDEX alarms_untold ON alarms (id) WHERE told_at IS NULL;
CREATE INDEX alarms_told ON alarms (told_at);
