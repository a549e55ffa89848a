-- Which values still lie under the keyring instead of their owner's key: the job that moves them finds them here, and
-- finds nothing once they are moved.

CREATE INDEX accounts_email_old ON accounts (id) WHERE substring(email from 1 for 1) = '\x01'::bytea;
CREATE INDEX accounts_name_old ON accounts (id) WHERE substring(name from 1 for 1) = '\x01'::bytea;
CREATE INDEX idempotency_answer_old ON idempotency (account_id) WHERE substring(answer from 1 for 1) = '\x01'::bytea;
CREATE INDEX figurines_title_old ON figurines (account_id) WHERE substring(title from 1 for 1) = '\x01'::bytea;
CREATE INDEX figurines_note_old ON figurines (account_id) WHERE substring(note from 1 for 1) = '\x01'::bytea;
