"""Accounts from before there were lots keep every credit, and what was under way ends as it would have."""

from collections.abc import Callable
from pathlib import Path
from shutil import copy

import psycopg
import pytest

from billing.repository import Work
from billing.use_cases import auditing, ledger
from common.database import Database
from common.migrations import migrate
from common.work import UnitOfWork
from ops import provision
from ops.embedded.site import PROJECT
from tests.builders import DAY, Life
from tests.fixtures.servers import Servers

MIGRATIONS = PROJECT / "services/billing/billing/migrations"

# As the first version of the ledger wrote them: 10 given, 4 charged of a hold of 6, 2 set aside for another.
BEFORE = """
    INSERT INTO accounts (user_id, available, held, version, opened_at)
    VALUES (%(ada)s, 4, 2, 4, now()), (%(eve)s, 0, 0, 0, now());
    INSERT INTO holds (id, figurine_id, user_id, unit_price, credits, captured, state, created_at, ended_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), %(ada)s, 2, 6, 4, 'settled', now(), now()),
           (gen_random_uuid(), %(open)s, %(ada)s, 1, 2, 0, 'open', now(), NULL);
    INSERT INTO entries (user_id, kind, reason, figurine_id, at, credits, balance)
    SELECT %(ada)s, kind, 'Before', holds.figurine_id, now(), change, balance
      FROM (VALUES (1, 'trial', 0, 10, 10), (2, 'hold', 6, -6, 4), (3, 'capture', 6, 2, 6), (4, 'hold', 2, -2, 4))
           AS made (place, kind, of, change, balance)
      LEFT JOIN holds ON holds.credits = made.of ORDER BY place;
    INSERT INTO postings (entry, account, user_id, credits)
    SELECT seq, side, %(ada)s, moved FROM entries JOIN (VALUES
           ('trial', 10, 'issued', -10), ('trial', 10, 'available', 10), ('hold', 4, 'available', -6),
           ('hold', 4, 'held', 6), ('capture', 6, 'held', -6), ('capture', 6, 'revenue', 4),
           ('capture', 6, 'available', 2)) AS sides (kind, balance, side, moved) USING (kind, balance)
     WHERE figurine_id IS DISTINCT FROM %(open)s;
    INSERT INTO postings (entry, account, user_id, credits)
    SELECT seq, side, %(ada)s, moved FROM entries, (VALUES ('available', -2), ('held', 2)) AS sides (side, moved)
     WHERE figurine_id = %(open)s
"""


@pytest.fixture
def old_database(servers: Servers, empty_database: str, tmp_path: Path) -> tuple[str, Callable[[], None]]:
    """Billing's database as its first version left it, and how it is brought up to date."""
    name = psycopg.conninfo.conninfo_to_dict(empty_database)["dbname"]
    with psycopg.connect(empty_database, autocommit=True) as connection:
        provision.divide(connection)
    owner = servers.postgres_url("billing_owner", str(name))
    copy(MIGRATIONS / "0001_ledger.sql", tmp_path)
    migrate(owner, tmp_path)
    return servers.postgres_url("billing", str(name)), lambda: migrate(owner, MIGRATIONS) and None


def test_every_account_keeps_its_credits_in_a_lot_and_its_open_hold_draws_from_it(
    old_database: tuple[str, Callable[[], None]],
) -> None:
    url, bring_up_to_date = old_database
    life, eve = Life(unit_price=1, variants=2), Life()
    with psycopg.connect(url) as connection:
        for statement in BEFORE.split(";"):
            connection.execute(statement.encode(), {"ada": life.user_id, "eve": eve.user_id, "open": life.figurine_id})
    bring_up_to_date()
    database = Database(url, application="test")
    unit = UnitOfWork(service="billing", database=database, build=Work)
    try:
        with unit.begin() as work:
            assert not {law for law, found in auditing.find_violations(work, stale_after=DAY).items() if found}
            wallet = ledger.read_wallet(work, life.user_id)
            ledger.open_account_with_trial_credits(work, life.registered(), credits=10)
        assert (wallet.available, wallet.held, [lot.expires_at for lot in wallet.lots]) == (4, 2, [None])
        with unit.begin() as work:
            ledger.capture_delivered_pictures(work, life.generated(1))
            after = ledger.read_wallet(work, life.user_id)
            assert not {law for law, found in auditing.find_violations(work, stale_after=DAY).items() if found}
        assert (after.available, after.held) == (5, 0), "one of two pictures was charged, and no second trial came"
        with unit.begin() as work:
            assert ledger.read_wallet(work, eve.user_id).available == 0
    finally:
        database.close()
