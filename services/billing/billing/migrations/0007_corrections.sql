-- What people corrected at the gateway, and how billing and the payment provider followed: never the values.

CREATE TABLE corrections (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL,
    fields      text[] NOT NULL,
    told_at     timestamptz NOT NULL,
    outcome     jsonb,
    followed_at timestamptz,
    CHECK ((outcome IS NULL) = (followed_at IS NULL))
);

CREATE INDEX corrections_of_user ON corrections (user_id);
CREATE INDEX corrections_age ON corrections (told_at);
