"""Promise T4 on real tables: who counts knows nobody, and a column that would is found."""

from collections.abc import Iterator

import psycopg
import pytest

from analytics.inventory import INVENTORY
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.migrations import migrate
from common.probes import Found, Look
from common.probes.nobody import counts_nobody
from ops.embedded.site import PROJECT


@pytest.fixture
def counter(empty_database: str) -> Iterator[tuple[Database, str]]:
    """Analytics' tables in a database of their own, for the administrator."""
    migrate(empty_database, PROJECT / "services/analytics/analytics/migrations")
    database = Database(empty_database, application="test", max_size=2)
    yield database, empty_database
    database.close()


@pytest.mark.parametrize(
    ("change", "which"),
    [
        ("ALTER TABLE facts ADD seen_from inet", "facts.seen_from"),
        ("ALTER TABLE facts ADD user_id uuid", "facts.user_id"),
        (
            "INSERT INTO time_spent VALUES (decode(repeat('07', 16), 'hex'), '2026-11-26', 1);"
            "ALTER TABLE time_spent ADD who text DEFAULT '0199C0DE-7e57-7abc-8def-0123456789ab'",
            "time_spent.who",
        ),
    ],
)
def test_a_column_that_leads_to_a_person_is_found(counter: tuple[Database, str], change: str, which: str) -> None:
    database, url = counter
    look = Look(database=database, clock=SYSTEM_CLOCK)
    found = counts_nobody(INVENTORY).check(look)
    assert found.state is Found.KEPT, found
    with psycopg.connect(url) as connection:
        connection.execute(change.encode())
    found = counts_nobody(INVENTORY).check(look)
    assert (found.state, found.figures["which"]) == (Found.BROKEN, which)
