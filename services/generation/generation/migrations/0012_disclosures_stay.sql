-- What a partner was told stays as it was written; deleting is for erasure, which takes all of a person's.
REVOKE UPDATE, TRUNCATE ON disclosures FROM generation;
