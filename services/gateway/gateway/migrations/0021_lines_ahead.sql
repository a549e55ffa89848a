-- A line that was written while a clock ran ahead would stay for too long: that moment alone is brought back, and only
-- where it lies in the future by the database's own clock. Nothing else of a line is ever changed.

CREATE OR REPLACE FUNCTION access_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at > now() AND NEW.at BETWEEN now() - interval '1 day' AND OLD.at
       AND (NEW.id, NEW.account_id, NEW.ticket_id, NEW.operator, NEW.what, NEW.reason)
           IS NOT DISTINCT FROM (OLD.id, OLD.account_id, OLD.ticket_id, OLD.operator, OLD.what, OLD.reason)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a line of the access log is never changed' USING ERRCODE = 'restrict_violation';
END $$;
