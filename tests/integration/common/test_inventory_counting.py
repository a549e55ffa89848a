"""How much of one person a schema holds, read from real Postgres by declarations alone."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from common.database import Connection
from common.inventory import Bucket, Inventory, NamedBy, Pseudonym, Table, Via
from common.inventory.counting import count_held
from common.inventory.whose import Subject, rows_of

ADA, BOB = uuid4(), uuid4()
MARKS = [b"ada in May", b"ada in June"]

PARCELS = Table("parcels", subject="owner", columns={"id": "Which.", "owner": "Whose.", "gone_at": "When it went."})
STAMPS = replace(PARCELS, name="stamps", subject=Via("parcels", "parcel"), columns={"parcel": "On which parcel."})
INKS = replace(PARCELS, name="inks", subject=Via("stamps", "stamp", key="parcel"), columns={"stamp": "On which stamp."})
VISITS = replace(PARCELS, name="visits", subject=Pseudonym("visitor"), columns={"visitor": "A mark."})
PRICES = replace(PARCELS, name="prices", subject=None, because="about nobody", columns={"id": "Which."})
SHELF = Bucket("shelf", prefix="p/", subject=NamedBy("parcels", "id", gone="gone_at"))
INVENTORY = Inventory("post", PARCELS, STAMPS, INKS, VISITS, PRICES, SHELF)


@pytest.fixture
def connection(admin_dsn: str) -> Iterator[Connection]:
    """Two people's parcels in a schema that is rolled back in the end."""
    with psycopg.connect(admin_dsn) as connection:
        schema = sql.Identifier(f"post_{uuid4().hex}")
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(schema))
        connection.execute("CREATE TABLE parcels (id int, owner uuid, gone_at timestamptz)")
        connection.execute("CREATE TABLE stamps (parcel int)")
        connection.execute("CREATE TABLE inks (stamp int)")
        connection.execute("CREATE TABLE visits (visitor bytea)")
        connection.execute("CREATE TABLE prices (id int)")
        connection.execute("INSERT INTO prices VALUES (1)")
        for id, owner, gone in ((1, ADA, None), (2, ADA, "now"), (3, BOB, None)):
            connection.execute("INSERT INTO parcels VALUES (%s, %s, %s)", [id, owner, gone])
        connection.execute("INSERT INTO stamps VALUES (1), (1), (2), (3)")
        connection.execute("INSERT INTO inks VALUES (1), (3), (3)")
        for mark in (*MARKS, b"bob in May"):
            connection.execute("INSERT INTO visits VALUES (%s)", [mark])
        yield connection
        connection.rollback()


def test_a_person_is_counted_through_every_table_that_leads_to_her(connection: Connection) -> None:
    ada = Subject(user_id=ADA, pseudonyms=MARKS)
    assert count_held(connection, INVENTORY, ada) == {"parcels": 2, "stamps": 3, "inks": 1, "visits": 2, "shelf/p/": 1}


def test_without_her_pseudonyms_what_lies_under_them_is_not_found(connection: Connection) -> None:
    assert count_held(connection, INVENTORY, Subject(user_id=BOB))["visits"] == 0


@pytest.mark.parametrize("stranger", [uuid4(), UUID(int=0)])
def test_of_a_stranger_nothing_is_held(connection: Connection, stranger: UUID) -> None:
    assert set(count_held(connection, INVENTORY, Subject(user_id=stranger)).values()) == {0}


def test_a_service_that_knows_nobody_holds_nothing(connection: Connection) -> None:
    assert count_held(connection, Inventory("post", PRICES), Subject(user_id=ADA)) == {}


def test_a_table_about_nobody_has_no_rows_of_a_person() -> None:
    with pytest.raises(LookupError, match="prices is about nobody"):
        rows_of(INVENTORY, PRICES)
