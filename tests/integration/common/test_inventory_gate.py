"""The gate against real Postgres: what it sees of a schema, whoever may touch it."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from common.database import Connection
from common.inventory import COMMON_TABLES, Column, Inventory, Table
from common.inventory.gate import gaps
from common.migrations import COMMON

PRICES = Table(
    "prices", subject=None, because="prices are about nobody", columns={"id": "Which price.", "amount": Column("What.")}
)
INVENTORY = Inventory("shop", *COMMON_TABLES, PRICES)


@pytest.fixture
def connection(admin_dsn: str) -> Iterator[Connection]:
    """A schema of its own with the tables of every service and one more; rolled back in the end."""
    with psycopg.connect(admin_dsn) as connection:
        schema = sql.Identifier(f"shop_{uuid4().hex}")
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(schema))
        for migration in sorted(COMMON.glob("*.sql")):
            connection.execute(migration.read_bytes())
        connection.execute("CREATE TABLE migrations (name text, checksum text, applied_at timestamptz)")
        connection.execute("CREATE TABLE prices (id int PRIMARY KEY, amount int)")
        yield connection
        connection.rollback()


def test_a_schema_that_is_declared_whole_has_no_gap(connection: Connection) -> None:
    assert gaps(INVENTORY, connection) == []


def test_a_new_column_is_a_gap_until_it_is_declared(connection: Connection) -> None:
    connection.execute("ALTER TABLE prices ADD COLUMN seller_email text")
    (gap,) = gaps(INVENTORY, connection)
    assert gap.startswith("shop: the column prices.seller_email exists and is not declared")


def test_a_dropped_column_is_a_gap_until_it_is_no_longer_declared(connection: Connection) -> None:
    connection.execute("ALTER TABLE prices DROP COLUMN amount")
    (gap,) = gaps(INVENTORY, connection)
    assert gap.startswith("shop: the column prices.amount is declared and does not exist")


def test_a_new_table_is_one_gap(connection: Connection) -> None:
    connection.execute("CREATE TABLE customers (id int, email text)")
    (gap,) = gaps(INVENTORY, connection)
    assert gap.startswith("shop: the table customers exists and is not declared")


def test_a_dropped_table_is_one_gap(connection: Connection) -> None:
    connection.execute("DROP TABLE prices")
    (gap,) = gaps(INVENTORY, connection)
    assert gap.startswith("shop: the table prices is declared and does not exist")


def test_a_copy_in_a_materialised_view_is_a_gap(connection: Connection) -> None:
    connection.execute("CREATE MATERIALIZED VIEW prices_of_today AS SELECT * FROM prices")
    (gap,) = gaps(INVENTORY, connection)
    assert gap.startswith("shop: the table prices_of_today exists and is not declared")


def test_a_view_holds_nothing_and_is_no_gap(connection: Connection) -> None:
    connection.execute("CREATE VIEW prices_of_today AS SELECT * FROM prices")
    assert gaps(INVENTORY, connection) == []


def test_partitions_are_declared_with_their_table(connection: Connection) -> None:
    connection.execute("DROP TABLE prices")
    connection.execute("CREATE TABLE prices (id int, amount int) PARTITION BY RANGE (id)")
    connection.execute("CREATE TABLE prices_1 PARTITION OF prices FOR VALUES FROM (0) TO (10)")
    assert gaps(INVENTORY, connection) == []


def test_a_table_is_seen_by_a_role_that_may_not_touch_it(connection: Connection) -> None:
    connection.execute("CREATE TABLE hidden (id int)")
    role = sql.Identifier(f"reader_{uuid4().hex}")
    connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    schema = connection.execute("SELECT current_schema()").fetchone()
    assert schema is not None
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema[0]), role))
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
    (gap,) = gaps(INVENTORY, connection)
    assert gap.startswith("shop: the table hidden exists and is not declared")


def test_an_incomplete_declaration_is_a_gap_even_when_the_schema_matches(connection: Connection) -> None:
    silent = Table("prices", subject=None, columns=PRICES.columns)
    (gap,) = gaps(Inventory("shop", *COMMON_TABLES, silent), connection)
    assert gap.startswith("shop: the table prices has no subject and does not say why")
