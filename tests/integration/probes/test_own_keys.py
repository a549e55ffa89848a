"""Promise R3, looked at: a value under a key that is gone, or under somebody else's, is found and not shown."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from common.clock import SYSTEM_CLOCK
from common.contracts.promises import EVERYBODY, witnesses_of
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
    Via,
    Withheld,
)
from common.person_keys import PersonKeys
from common.probes import Finding, Found, Look
from common.probes.own_keys import has_any, under_own_keys
from common.sealing import Keyring, Sealer
from tests.integration.probes.test_every_service import inventory_of

KEYRING = Keyring({1: b"k" * 32}, current=1)
SECRET = b"the very secret of this letter"
PROBE = "encrypted under one's own key"


def table(name: str, subject: str | Via, columns: dict[str, str | Column], erase: Delete | Withheld) -> Table:
    return Table(
        name,
        what="Your letters",
        subject=subject,
        category=Category.C3,
        purposes=(Purpose.U2,),
        retain=UntilErased(),
        erase=erase,
        export=AsJson(f"{name}.json"),
        columns=columns,
    )


INVENTORY = Inventory(
    "toy",
    table(
        "letters",
        "owner",
        {"id": "Its number.", "owner": "Whose.", "text": Column("What it says.", sealed=True)},
        Delete(),
    ),
    table(
        "scans",
        Via("letters", "letter"),
        {"letter": "Of which letter.", "key": Column("Its key.", key_of="scans", withheld="You get the scan.")},
        Delete(),
    ),
    table(
        "bills",
        "owner",
        {"owner": "Whose.", "text": Column("For whom.", sealed=True)},
        Withheld("The law keeps it."),
    ),
    *COMMON_TABLES,
)


@pytest.fixture
def database(toy_database: str) -> Iterator[Database]:
    database = Database(toy_database, application="test")
    with database.begin() as connection:
        connection.execute("CREATE TABLE letters (id uuid PRIMARY KEY, owner uuid, text bytea)")
        connection.execute("CREATE TABLE scans (letter uuid, key bytea)")
        connection.execute("CREATE TABLE bills (owner uuid, text bytea)")
    yield database
    database.close()


def write(database: Database, owner: UUID) -> None:
    """A letter, its scan, and a bill."""
    number = uuid4()
    with database.begin() as connection:
        sealer = PersonKeys(KEYRING).sealer(connection, SYSTEM_CLOCK)
        sealed = sealer.seal(SECRET, owner=str(owner), purpose="letters.text")
        connection.execute("INSERT INTO letters VALUES (%s, %s, %s)", [number, owner, sealed])
        connection.execute("INSERT INTO scans VALUES (%s, %s)", [number, sealed[:93]])
        connection.execute("INSERT INTO bills VALUES (%s, %s)", [owner, sealed])


def look(database: Database) -> Finding:
    return under_own_keys(INVENTORY).check(Look(database=database, clock=SYSTEM_CLOCK))


def test_what_lies_under_its_owners_key_is_as_promised_and_what_is_older_is_left_out(database: Database) -> None:
    for _ in range(3):
        write(database, uuid4())
    with database.begin() as connection:
        old = Sealer(KEYRING).seal(SECRET, owner="x", purpose="letters.text")
        connection.execute("INSERT INTO letters VALUES (%s, %s, %s)", [uuid4(), uuid4(), old])
    found = look(database)
    assert found.state is Found.KEPT
    assert found.figures == {"values": 6, "gone": 0, "foreign": 0, "which": ""}


def test_where_there_is_nothing_nothing_is_wrong(database: Database) -> None:
    assert look(database).state is Found.KEPT


def test_what_outlived_its_owners_key_is_found_but_not_what_the_law_keeps(database: Database) -> None:
    ada, bob = uuid4(), uuid4()
    write(database, ada)
    write(database, bob)
    with database.begin() as connection:
        connection.execute("DELETE FROM person_keys WHERE user_id = %s", [ada])
    found = look(database)
    assert found.state is Found.BROKEN
    assert (found.figures["gone"], found.figures["which"]) == (2, "letters.text, scans.key")
    assert SECRET.decode() not in str(found)


def test_what_lies_under_somebody_elses_key_is_found(database: Database) -> None:
    ada, bob = uuid4(), uuid4()
    write(database, ada)
    write(database, bob)
    with database.begin() as connection:
        connection.execute("UPDATE letters SET owner = %s", [bob])
    found = look(database)
    assert found.state is Found.BROKEN
    assert (found.figures["foreign"], found.figures["which"]) == (1, "letters.text")


@pytest.mark.parametrize("service", EVERYBODY)
def test_every_service_that_seals_for_people_looks(service: str) -> None:
    expected = any(witness.probe == PROBE for witness in witnesses_of(service))
    assert has_any(inventory_of(service)) is expected
