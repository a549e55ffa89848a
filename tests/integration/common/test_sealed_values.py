"""Promise S2, looked at: a value that is not sealed, or under no key that there is, is found and never shown."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from common.clock import SYSTEM_CLOCK
from common.contracts.promises import witness_of
from common.database import Database
from common.inventory import (
    COMMON_TABLES,
    AsJson,
    Category,
    Column,
    Delete,
    Inventory,
    Purpose,
    Table,
    UntilErased,
)
from common.person_keys import PersonKeys, sealed_values
from common.probes import Finding, Found, Look
from common.sealing import Keyring, Sealer

KEYRING = Keyring({1: b"k" * 32}, current=1)
INVENTORY = Inventory(
    "toy",
    Table(
        "letters",
        what="Your letters",
        subject="owner",
        category=Category.C3,
        purposes=(Purpose.U2,),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("letters.json"),
        columns={
            "owner": "Whose.",
            "text": Column("What it says.", sealed=True),
            "scan_key": Column("The key of its scan.", key_of="scans", withheld="You get the scan."),
        },
    ),
    *COMMON_TABLES,
)
SECRET = b"the very secret of this letter, which is long enough to pass for a wrapped key, and for more than that"


@pytest.fixture
def database(toy_database: str) -> Iterator[Database]:
    database = Database(toy_database, application="test")
    with database.begin() as connection:
        connection.execute("CREATE TABLE letters (owner uuid, text bytea, scan_key bytea)")
    yield database
    database.close()


def write(database: Database, owner: UUID, *, text: bytes | None = None, scan_key: bytes | None = None) -> None:
    with database.begin() as connection:
        sealer = PersonKeys(KEYRING).sealer(connection, SYSTEM_CLOCK)
        sealed = sealer.seal(SECRET, owner=str(owner), purpose="letters.text")
        connection.execute("INSERT INTO letters VALUES (%s, %s, %s)", [owner, text or sealed, scan_key or sealed[:93]])


def look(database: Database) -> Finding:
    return sealed_values(INVENTORY).check(Look(database=database, clock=SYSTEM_CLOCK))


def test_values_and_keys_that_lie_under_living_keys_are_as_promised(database: Database) -> None:
    for _ in range(3):
        write(database, uuid4())
    write(database, uuid4(), text=Sealer(KEYRING).seal(SECRET, owner="x", purpose="letters.text"))
    found = look(database)
    assert found.state is Found.KEPT
    assert found.figures == {"looked_at": 8, "plain": 0, "keyless": 0, "under_the_keyring": 1, "which": ""}


def test_where_there_is_nothing_nothing_is_wrong(database: Database) -> None:
    assert look(database).state is Found.KEPT


@pytest.mark.parametrize("plain", [SECRET, b"short", b"\x01short", b"\x02" + b"x" * 40])
def test_a_value_that_is_not_sealed_is_found_and_not_told(database: Database, plain: bytes) -> None:
    write(database, uuid4())
    write(database, uuid4(), text=plain)
    found = look(database)
    assert found.state is Found.BROKEN
    assert (found.figures["plain"], found.figures["which"]) == (1, "letters.text")
    assert SECRET.decode() not in str(found)


def test_what_lies_under_a_key_that_is_gone_is_found(database: Database) -> None:
    ada, bob = uuid4(), uuid4()
    write(database, ada)
    write(database, bob)
    with database.begin() as connection:
        connection.execute("DELETE FROM person_keys WHERE user_id = %s", [ada])
    found = look(database)
    assert found.state is Found.BROKEN
    assert (found.figures["keyless"], found.figures["which"]) == (2, "letters.scan_key, letters.text")


def test_what_lies_under_somebody_elses_key_is_found(database: Database) -> None:
    ada, bob = uuid4(), uuid4()
    write(database, ada)
    write(database, bob)
    with database.begin() as connection:
        connection.execute("UPDATE letters SET owner = %s", [bob])
    assert look(database).figures["keyless"] == 2


def test_of_a_large_table_only_a_part_is_looked_at(database: Database) -> None:
    write(database, uuid4())
    with database.begin() as connection:
        connection.execute("INSERT INTO letters SELECT owner, text, NULL FROM letters, generate_series(1, 20000)")
        connection.execute("ANALYZE letters")
    found = look(database)
    assert found.state is Found.KEPT
    assert 0 < int(found.figures["looked_at"]) <= 2 * 1_000 + 1


def test_it_is_written_down_as_a_witness() -> None:
    assert sealed_values(INVENTORY).witness is witness_of("S2", "sealed under people's keys")
