-- A kept answer belongs to the person it was made for, also when she was nobody yet: it goes with her account.

ALTER TABLE idempotency ADD COLUMN account_id uuid REFERENCES accounts (id) ON DELETE CASCADE;

CREATE INDEX idempotency_of_account ON idempotency (account_id);
