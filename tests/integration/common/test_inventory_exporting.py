"""A person's copy of a toy house: rows as JSON that its own schema accepts, sealed columns opened."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import jsonschema
import psycopg
import pytest
from psycopg import sql

from common.database import Connection
from common.inventory import AsFiles, AsJson, Bucket, Column, Inventory, NamedBy, Table, Withheld
from common.inventory.exporting import folders, json_files, json_rows, left_out, schema_of
from common.inventory.whose import Subject

ADA, BOB = UUID(int=1), UUID(int=2)
LETTERS = Table(
    "letters",
    what="Letters you wrote",
    subject="owner",
    columns={
        "owner": "Who wrote.",
        "text": Column("What was written.", sealed=True),
        "scan": Column("What it looked like.", sealed=True),
        "pages": "How many pages.",
        "tags": "What it is about.",
        "mark": "A mark.",
        "sent_at": "When it was sent.",
        "digest": Column("A digest.", withheld="It says nothing."),
    },
    export=AsJson("post/letters.json"),
)
STAMPS = replace(LETTERS, name="stamps", what="Stamps", export=Withheld("The letters show them."))
SHELF = Bucket("shelf", what="Scans", subject=NamedBy("letters", "owner"), export=AsFiles("post/scans"))
INVENTORY = Inventory("post", LETTERS, STAMPS, SHELF)


def opened(sealed: bytes, place: str) -> bytes:
    """Sealing that says where it was sealed."""
    prefix = f"{place}:".encode()
    assert sealed.startswith(prefix)
    return sealed.removeprefix(prefix)


@pytest.fixture
def connection(admin_dsn: str) -> Iterator[Connection]:
    with psycopg.connect(admin_dsn) as connection:
        schema = sql.Identifier(f"post_{uuid4().hex}")
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(schema))
        connection.execute(
            """
            CREATE TABLE letters (owner uuid, text bytea, scan bytea, pages int, tags jsonb, mark bytea,
                                  sent_at timestamptz, digest bytea)
            """
        )
        connection.execute("CREATE TABLE stamps (owner uuid)")
        yield connection
        connection.rollback()


def write(connection: Connection, owner: UUID, text: str | None = "Dear Bob", number: int = 1) -> None:
    connection.execute(
        "INSERT INTO letters VALUES (%s, %s, %s, %s, %s, %s, %s, 'digest')",
        [
            owner,
            None if text is None else f"letters.text:{text}".encode(),
            b"letters.scan:\xff\xfe",
            number,
            json.dumps({"about": ["cats", None]}),
            b"\x01",
            datetime(2026, 11, 26, 12, tzinfo=UTC),
        ],
    )


def copy(connection: Connection, owner: UUID) -> list[dict[str, object]]:
    pieces = json_rows(connection, INVENTORY, LETTERS, Subject(user_id=owner), opened)
    rows: list[dict[str, object]] = json.loads(b"".join(pieces))
    jsonschema.validate(rows, schema_of(LETTERS))
    return rows


def test_rows_are_told_in_plain_words_with_what_was_sealed_opened(connection: Connection) -> None:
    write(connection, ADA, "Grüße, 猫!")
    write(connection, BOB)
    assert copy(connection, ADA) == [
        {
            "owner": str(ADA),
            "text": "Grüße, 猫!",
            "scan": "fffe",
            "pages": 1,
            "tags": {"about": ["cats", None]},
            "mark": "01",
            "sent_at": "2026-11-26T12:00:00+00:00",
        }
    ]


def test_what_was_never_written_is_null(connection: Connection) -> None:
    write(connection, ADA, None)
    assert copy(connection, ADA)[0]["text"] is None


@pytest.mark.parametrize("count", [0, 1, 500, 501, 1234])
def test_any_number_of_rows_is_one_array(connection: Connection, count: int) -> None:
    for number in range(count):
        write(connection, ADA, number=number)
    assert [row["pages"] for row in copy(connection, ADA)] == list(range(count))


def test_the_copy_names_what_it_holds_and_what_it_leaves_out() -> None:
    assert [(path, table.name) for path, table in json_files(INVENTORY)] == [("post/letters.json", "letters")]
    assert [(path, bucket.name) for path, bucket in folders(INVENTORY)] == [("post/scans", "shelf")]
    assert list(left_out(INVENTORY)) == [
        ("Stamps", "The letters show them."),
        ("Letters you wrote: A digest.", "It says nothing."),
    ]
