-- Since when the mail server may have a mail that nothing is known of: whoever sent it has not come back.

ALTER TABLE mails ADD COLUMN calling_since timestamptz;
