-- What credits came from stays known when whose they were is forgotten: by it an order finds the credits it was paid
-- for, and nothing is granted twice. Only a source that names the person herself, as that of a trial does, is replaced.

CREATE OR REPLACE FUNCTION forget_lots(person uuid, pseudonym uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = billing, pg_temp
BEGIN ATOMIC
    WITH changed AS (
        UPDATE lots
           SET user_id = pseudonym, expires_at = NULL,
               source = CASE WHEN strpos(source, person::text) > 0 THEN 'gone:' || id ELSE source END
         WHERE user_id = person
     RETURNING 1)
    SELECT count(*) FROM changed;
END;
