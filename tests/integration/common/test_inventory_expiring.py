"""What is past its declared period is forgotten, by the declarations alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from common.database import Connection
from common.inventory import Days, Delete, Hours, Inventory, Pseudonymise, Table, Until, UntilErased, Withheld, Years
from common.inventory.expiring import count_overdue, forget_expired, put_right

NOW = datetime(2028, 2, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

NEWS = Table(
    "news", subject="owner", columns={"owner": "Whose.", "at": "When."}, retain=Hours(24, after="at"), erase=Delete()
)
SEATS = replace(NEWS, name="seats", retain=Until("at"))
TAKEN = replace(NEWS, name="taken", subject=None, because="ids only", retain=Hours(24, after="at"), erase=None)
BOOKS = replace(NEWS, name="books", retain=Years(1, after="at", ground="tax law"), erase=Pseudonymise("owner"))
WRITS = replace(NEWS, name="writs", erase=Withheld("A court asked for it."))
FOREVER = replace(NEWS, name="forever", retain=UntilErased())
INVENTORY = Inventory("post", NEWS, SEATS, TAKEN, BOOKS, WRITS, FOREVER)

OLD, LAST_MOMENT, FRESH = "2020-01-01 12:00Z", "2028-02-28 12:00Z", "2028-02-29 11:59Z"


@pytest.fixture
def connection(admin_dsn: str) -> Iterator[Connection]:
    """Three rows in each table: old, of the very moment its day ends, and fresh."""
    with psycopg.connect(admin_dsn) as connection:
        schema = sql.Identifier(f"post_{uuid4().hex}")
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(schema))
        for table in INVENTORY.tables:
            name = sql.Identifier(table.name)
            connection.execute(sql.SQL("CREATE TABLE {} (owner uuid, at timestamptz)").format(name))
            connection.execute(
                sql.SQL("INSERT INTO {} VALUES (NULL, %s), (NULL, %s), (NULL, %s)").format(name),
                [OLD, LAST_MOMENT, FRESH],
            )
        yield connection
        connection.rollback()


def test_rows_are_forgotten_when_their_time_is_over_and_not_a_moment_before(connection: Connection) -> None:
    assert forget_expired(connection, INVENTORY, NOW - SECOND) == {"news": 1, "seats": 3, "taken": 1}
    assert forget_expired(connection, INVENTORY, NOW) == {"news": 1, "taken": 1}


def test_what_is_kept_under_another_name_or_by_a_rule_of_its_own_is_not_deleted_for_its_age(
    connection: Connection,
) -> None:
    forget_expired(connection, INVENTORY, NOW)
    for name in ("books", "writs", "forever"):
        count = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        assert count == (3,)


def test_it_goes_batch_by_batch_until_nothing_is_overdue(connection: Connection) -> None:
    assert count_overdue(connection, INVENTORY, NOW) == {"news": 2, "seats": 3, "taken": 2}
    assert forget_expired(connection, INVENTORY, NOW, limit=2) == {"news": 2, "seats": 2, "taken": 2}
    assert forget_expired(connection, INVENTORY, NOW, limit=2) == {"seats": 1}
    assert forget_expired(connection, INVENTORY, NOW, limit=2) == {}
    assert set(count_overdue(connection, INVENTORY, NOW).values()) == {0}


def test_what_a_clock_wrote_that_ran_ahead_is_not_kept_for_ever_its_period_begins_when_that_is_seen(
    connection: Connection,
) -> None:
    within = replace(SEATS, retain=Until("at", within=Days(1)))
    inventory = Inventory("post", NEWS, within, BOOKS)
    connection.execute("TRUNCATE news, seats, books")
    for name in ("news", "seats", "books"):
        connection.execute(
            sql.SQL("INSERT INTO {} VALUES (NULL, '2077-01-01Z'), (NULL, %s)").format(sql.Identifier(name)),
            [NOW + timedelta(minutes=59)],
        )
    assert put_right(connection, inventory, NOW, limit=5) == {"news": 1, "seats": 1}
    assert put_right(connection, inventory, NOW) == {}
    assert forget_expired(connection, inventory, NOW + timedelta(days=1) - SECOND) == {"seats": 1}
    assert forget_expired(connection, inventory, NOW + timedelta(days=1)) == {"news": 1, "seats": 1}
    assert count_overdue(connection, Inventory("post", NEWS, within), NOW + timedelta(days=2)) == {
        "news": 1,
        "seats": 0,
    }
