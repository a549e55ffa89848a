-- The console: more roles, sessions that know of a second factor, and a trail of what staff did.

ALTER TABLE staff DROP CONSTRAINT staff_role_check;
ALTER TABLE staff ADD CONSTRAINT staff_role_check
    CHECK (role IN ('analyst', 'support', 'operator', 'finance', 'privacy', 'editor', 'admin'));

-- When a second factor was last shown on this device; null: the password alone opened it.
ALTER TABLE sessions ADD COLUMN factor_at timestamptz;

-- Who did what for the studio. Whose data it was stands in access_log, which goes with its owner: this trail stays.
CREATE TABLE staff_acts (
    id         uuid PRIMARY KEY, -- UUIDv7: sorts by the moment
    at         timestamptz NOT NULL,
    account_id uuid, -- null: somebody at the machine's shell
    handle     text NOT NULL,
    role       text NOT NULL,
    act        text NOT NULL CHECK (act ~ '^[a-z_]{1,30}\.[a-z_]{1,30}$'),
    thing      text NOT NULL DEFAULT '',
    reason     text NOT NULL DEFAULT ''
);

CREATE INDEX staff_acts_of_account ON staff_acts (account_id, id DESC);
CREATE INDEX staff_acts_by_act ON staff_acts (act, id DESC);
CREATE INDEX staff_acts_age ON staff_acts (at);

ALTER TABLE access_log ADD COLUMN act_id uuid;
CREATE INDEX access_log_of_act ON access_log (act_id) WHERE act_id IS NOT NULL;

-- Append-only for the service. It may call these two, which run with the owner's rights: a line loses whom it leads to
-- when she leaves the studio for good, and goes when three years are over by the database's own clock.
REVOKE UPDATE, DELETE, TRUNCATE ON staff_acts FROM gateway;

CREATE FUNCTION forget_staff_acts(person uuid, pseudonym uuid) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = gateway, pg_temp
BEGIN ATOMIC
    WITH changed AS (UPDATE staff_acts SET account_id = pseudonym WHERE account_id = person RETURNING 1)
    SELECT count(*) FROM changed;
END;

CREATE FUNCTION end_staff_acts() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = gateway, pg_temp
BEGIN ATOMIC
    WITH gone AS (DELETE FROM staff_acts WHERE at < now() - interval '3 years' RETURNING 1)
    SELECT count(*) FROM gone;
END;

REVOKE ALL ON FUNCTION forget_staff_acts(uuid, uuid), end_staff_acts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_staff_acts(uuid, uuid), end_staff_acts() TO gateway;
