-- Support looks at the last letters to one person.
CREATE INDEX mails_of_account ON mails (account_id, id DESC) WHERE account_id IS NOT NULL;
