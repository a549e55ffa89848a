"""What was frozen before freezes had causes finds its cause, and of two plans somebody had the second is to end."""

from pathlib import Path
from shutil import copy
from uuid import uuid4

import psycopg

from common.migrations import migrate
from ops import provision
from ops.embedded.site import PROJECT
from tests.fixtures.servers import Servers

MIGRATIONS = PROJECT / "services/billing/billing/migrations"

# A plan that is paused, with a lot that is disputed as well; and a second plan nobody noticed.
BEFORE = """
    INSERT INTO subscriptions (id, user_id, provider, reference, price_id, state, cancel_at_period_end, created_at,
                               seen_at)
    VALUES ('00000000-0000-7000-8000-000000000001', %(ada)s, 'stripe', 'sub_1', 'p', 'paused', false, now(), now()),
           ('00000000-0000-7000-8000-000000000002', %(ada)s, 'stripe', 'sub_2', 'p', 'active', false, now(), now());
    INSERT INTO orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount, amount,
                        currency, state, lot, subscription_id, amount_paid, created_at, paid_at)
    SELECT id, user_id, 'stripe', 'plan', 'p', '1', 5, 1, 1, 'eur', 'paid', reference, id, 1, now(), now()
      FROM subscriptions;
    INSERT INTO lots (id, user_id, kind, source, credits, free, held, owed, touched, extended, granted_at, frozen_at)
    SELECT id, user_id, 'plan', lot, 5, 5, 0, 0, false, false, now(),
           CASE WHEN lot = 'sub_1' THEN now() END FROM orders;
    INSERT INTO disputes (provider, reference, order_id, amount, state, created_at)
    SELECT 'stripe', 'du_' || lot, id, 1, CASE WHEN lot = 'sub_1' THEN 'open' ELSE 'won' END, now() FROM orders
"""


def test_causes_are_found_and_the_second_plan_is_to_end(servers: Servers, empty_database: str, tmp_path: Path) -> None:
    name = psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"]
    with psycopg.connect(empty_database, autocommit=True) as connection:
        provision.divide(connection)
    owner = servers.postgres_url("billing_owner", str(name))
    for version in sorted(MIGRATIONS.glob("*.sql"))[:4]:
        copy(version, tmp_path)
    migrate(owner, tmp_path)
    with psycopg.connect(servers.postgres_url("billing", str(name))) as connection:
        for statement in BEFORE.split(";"):
            connection.execute(statement.encode(), {"ada": uuid4()})
    migrate(owner, MIGRATIONS)
    with psycopg.connect(servers.postgres_url("billing", str(name))) as connection:
        causes = connection.execute("SELECT source, cause FROM freezes JOIN lots ON id = lot_id ORDER BY 2").fetchall()
        ends = connection.execute("SELECT reference FROM subscriptions WHERE end_because = 'second'").fetchall()
    assert causes == [("sub_1", "dispute:stripe:du_sub_1"), ("sub_1", "unpaid")]
    assert ends == [("sub_2",)]
