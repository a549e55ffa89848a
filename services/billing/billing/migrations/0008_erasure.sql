-- Being forgotten: the books stay as they are, to the last credit, and lead to nobody.
--
-- The service may not rewrite its ledger. It may call these, which run with the owner's rights and change nothing but
-- whose a row is. All tables of one person get the same pseudonym, so that what had to add up goes on adding up.

CREATE FUNCTION forget_entries(person uuid, pseudonym uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = billing, pg_temp
BEGIN ATOMIC
    WITH changed AS (UPDATE entries SET user_id = pseudonym WHERE user_id = person RETURNING 1)
    SELECT count(*) FROM changed;
END;

CREATE FUNCTION forget_postings(person uuid, pseudonym uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = billing, pg_temp
BEGIN ATOMIC
    WITH changed AS (UPDATE postings SET user_id = pseudonym WHERE user_id = person RETURNING 1)
    SELECT count(*) FROM changed;
END;

CREATE FUNCTION forget_transfers(person uuid, pseudonym uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = billing, pg_temp
BEGIN ATOMIC
    WITH changed AS (UPDATE transfers SET user_id = pseudonym WHERE user_id = person RETURNING 1)
    SELECT count(*) FROM changed;
END;

-- A lot of nobody's never ends: its end would be news for somebody who is gone. Where it came from may name her.
CREATE FUNCTION forget_lots(person uuid, pseudonym uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = billing, pg_temp
BEGIN ATOMIC
    WITH changed AS (
        UPDATE lots SET user_id = pseudonym, source = 'gone:' || id, expires_at = NULL WHERE user_id = person
     RETURNING 1)
    SELECT count(*) FROM changed;
END;

REVOKE ALL ON FUNCTION forget_entries(uuid, uuid), forget_postings(uuid, uuid), forget_transfers(uuid, uuid),
    forget_lots(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_entries(uuid, uuid), forget_postings(uuid, uuid), forget_transfers(uuid, uuid),
    forget_lots(uuid, uuid) TO billing;
