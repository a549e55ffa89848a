-- News of the last days is found among all other mail, so that it can be asked whether its readers wanted it.
CREATE INDEX mails_of_kind ON mails (template, id DESC);
