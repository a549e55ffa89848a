-- Who does not let herself be counted, under a pseudonym that no count bears.

CREATE TABLE choices (
    chooser    bytea NOT NULL CHECK (length(chooser) = 16),
    purpose    text NOT NULL,
    granted    boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (chooser, purpose)
);
