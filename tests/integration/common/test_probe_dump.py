"""Promise S2 on a real Postgres: a probe reads as a thief would, and finds what is not sealed wherever it lies."""

from collections.abc import Callable, Iterator
from io import BytesIO

import psycopg
import pytest
from psycopg import sql

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.inventory import Column, Inventory, Table
from common.probes import Finding, Found, Look
from common.probes.dump import nothing_readable
from common.sealing import Keyring, PersonKey, Sealer
from common.sealing.keyring import DataKey
from common.sealing.segments import seal_segments

SEALER = Sealer(Keyring({1: b"k" * 32}, current=1))
INVENTORY = Inventory(
    "toy",
    Table(
        "people",
        subject=None,
        because="a test",
        columns={
            "id": "An id.",
            "email": Column("An address.", sealed=True),
            "photo_key": Column("A key.", key_of="photos"),
            "seller": Column("We.", ours=True),
        },
    ),
    Table("outbox", subject=None, because="a test", columns={"seq": "A number.", "body": "An event."}),
)
TABLES = """
    CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email bytea, seller text, photo_key bytea);
    CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY, body bytea);
    CREATE TABLE undeclared (at timestamptz DEFAULT now(), note text, more jsonb, seen inet);
"""


def sealed(text: str = "ada@example.org") -> bytes:
    return SEALER.seal(text.encode(), owner="ada", purpose="people.email")


@pytest.fixture
def database(empty_database: str) -> Iterator[Database]:
    with psycopg.connect(empty_database) as connection:
        connection.execute(TABLES)
        connection.execute(
            "INSERT INTO people (email, photo_key, seller) VALUES (%s, %s, 'studio@figurine.example')",
            [sealed(), sealed()[:72]],
        )
        connection.execute("INSERT INTO people (email) VALUES (NULL)")
        # Ids, times, versions and keys, as the real tables have them.
        connection.execute(
            "INSERT INTO undeclared (note, more) VALUES (%s, %s)",
            [
                "gemini-2.5 at 2026-11-26T23:15:28.123456+00:00, ::1, 1.2.3, and/or+12345678901234==",
                '{"id": "0199c0de-7e57-7abc-8def-0123456789ab", "credits": 4111111111111111, "time": "23:15:28"}',
            ],
        )
        connection.execute("INSERT INTO outbox (body) VALUES (%s)", [b'{"type": "image.uploaded"}'])
    database = Database(empty_database, application="test", max_size=2)
    yield database
    database.close()


@pytest.fixture
def look(database: Database) -> Callable[[], Finding]:
    seeing = Look(database=database, clock=SYSTEM_CLOCK)
    return lambda: nothing_readable(INVENTORY).check(seeing)


def test_what_is_sealed_and_what_is_nobodys_is_not_found(look: Callable[[], Finding]) -> None:
    found = look()
    assert found.state is Found.KEPT, found
    assert (found.figures["rows"], found.figures["tables"], found.figures["sealed"]) == (4, 3, 1)


@pytest.mark.parametrize("moment", ["-infinity", "infinity", "0044-03-15 12:00 BC"])
def test_a_moment_that_python_does_not_know_blinds_nobody(
    look: Callable[[], Finding], database: Database, moment: str
) -> None:
    with database.begin() as connection:
        connection.execute("INSERT INTO undeclared (at) VALUES (%s::text::timestamptz)", [moment])
    assert look().state is Found.KEPT
    with database.begin() as connection:
        connection.execute("INSERT INTO undeclared (note) VALUES ('ada@example.org')")
    assert look().state is Found.BROKEN


def test_what_lies_under_a_persons_key_counts_as_sealed(look: Callable[[], Finding], database: Database) -> None:
    key = PersonKey.fresh(SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id())
    # What lies under the keyring, wrapped by her key instead.
    data_key = DataKey.fresh()
    value = key.wrap(data_key) + b"".join(seal_segments(BytesIO(b"Ada"), data_key, b"", length=3))
    with database.begin() as connection:
        connection.execute("INSERT INTO people (email) VALUES (%s)", [value])
    assert look().state is Found.KEPT


@pytest.mark.parametrize(
    ("table", "column", "value", "which"),
    [
        ("people", "email", b"ada@example.org", "a value that is not sealed in people.email"),
        ("people", "email", b"Ada", "a value that is not sealed in people.email"),
        ("people", "email", b"", "a value that is not sealed in people.email"),
        # The wrapped key is there, and what should be sealed beside it is not.
        ("people", "email", sealed()[:72] + b"Ada Lovelace, St James's Square, London", "not sealed in people.email"),
        ("people", "email", sealed()[:40], "a value that is not sealed in people.email"),
        ("people", "photo_key", b"k" * 32, "a key that is not wrapped in people.photo_key"),
        ("undeclared", "note", "it is for Ada.Lovelace+1@mail.example.org, she says", "an e-mail address"),
        ("undeclared", "note", "+44 20 7946 0018", "a telephone number in undeclared.note"),
        ("undeclared", "more", '{"call": ["+4915112345678"]}', "a telephone number in undeclared.more"),
        ("undeclared", "note", "from 203.0.113.9.", "an IP address in undeclared.note"),
        ("undeclared", "note", "2001:db8::7", "an IP address in undeclared.note"),
        ("undeclared", "seen", "203.0.113.9", "an IP address in undeclared.seen"),
        ("outbox", "body", b'{"email": "ada@example.org"}', "an e-mail address in outbox.body"),
    ],
    # Sealed values are others in every process of a run.
    ids=range(13),
)
def test_what_can_be_read_is_found_where_it_lies(
    look: Callable[[], Finding], database: Database, *, table: str, column: str, value: object, which: str
) -> None:
    with database.begin() as connection:
        insert = sql.SQL("INSERT INTO {} ({}) VALUES (%s)").format(sql.Identifier(table), sql.Identifier(column))
        connection.execute(insert, [value])
    found = look()
    assert found.state is Found.BROKEN
    assert which in found.checked
    # The finding itself repeats nothing of it.
    assert "example.org" not in found.checked
    assert "203.0" not in found.checked


def test_of_a_large_table_the_newest_rows_are_seen_at_once_and_old_ones_by_chance(
    look: Callable[[], Finding], database: Database
) -> None:
    def plain(id: int) -> None:
        with database.begin() as connection:
            connection.execute("UPDATE people SET email = 'Ada' WHERE id = %s", [id])

    with database.begin() as connection:
        connection.execute("INSERT INTO people (email) SELECT %s FROM generate_series(1, 3000) AS n", [sealed()])
    assert look().figures["rows"] < 500
    plain(2990)
    assert look().state is Found.BROKEN
    with database.begin() as connection:
        connection.execute("DELETE FROM people WHERE id = 2990")
        # In the middle of the table, where neither the newest rows nor the last pages are.
        connection.execute("UPDATE people SET email = 'Ada' WHERE id = 1500")
        connection.execute("INSERT INTO people (email) SELECT %s FROM generate_series(1, 3000) AS n", [sealed()])
    assert any(look().state is Found.BROKEN for _ in range(1000))
