-- Evidence stays, and leads to nobody: the service may not rewrite a finding, but have its owner taken out of it.

CREATE FUNCTION forget_person(person uuid, pseudonym uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = privacy, pg_temp
BEGIN ATOMIC
    WITH changed AS (UPDATE evidence SET user_id = pseudonym WHERE user_id = person RETURNING 1)
    SELECT count(*) FROM changed;
END;

REVOKE ALL ON FUNCTION forget_person(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_person(uuid, uuid) TO privacy;
