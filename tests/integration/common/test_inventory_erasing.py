"""A person erased from a toy house by its declarations alone: real Postgres, a store that behaves."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from common.database import Connection
from common.inventory import (
    Blank,
    Bucket,
    Delete,
    Inventory,
    NamedBy,
    Pseudonym,
    Pseudonymise,
    Table,
    Via,
    Withheld,
)
from common.inventory.erasing import Outcome, count_objects_left, count_rows_left, erase_objects, erase_rows
from common.inventory.planning import Plan, merged, plan_erasure
from common.inventory.whose import Subject

ADA, BOB = uuid4(), uuid4()
NOBODY = uuid4()
MARK = b"ada in May"

PARCELS = Table("parcels", subject="owner", columns={"id": "Which.", "owner": "Whose."}, erase=Delete())
STAMPS = replace(PARCELS, name="stamps", subject=Via("parcels", "parcel"), columns={"parcel": "On which parcel."})
VISITS = replace(PARCELS, name="visits", subject=Pseudonym("visitor"), columns={"visitor": "A mark."})
BOOKS = replace(PARCELS, name="books", erase=Pseudonymise("owner"), columns={"owner": "Whose.", "cents": "How much."})
LETTERS = replace(PARCELS, name="letters", erase=Blank("text"), columns={"owner": "Whose.", "text": "What."})
ORDERS = replace(PARCELS, name="orders", erase=Withheld("A court asked for it."), columns={"owner": "Whose."})
SHELF = Bucket("shelf", prefix="p/", subject=NamedBy("parcels", "id"), erase=Delete())
INVENTORY = Inventory("post", PARCELS, STAMPS, VISITS, BOOKS, LETTERS, ORDERS, SHELF)


@dataclass
class Shelf:
    """Objects by key, in one bucket."""

    keys: set[str] = field(default_factory=set[str])

    def delete_all(self, _bucket: str, prefix: str) -> int:
        doomed = {key for key in self.keys if key == prefix or key.startswith(f"{prefix}/")}
        self.keys -= doomed
        return len(doomed)

    def count_all(self, _bucket: str, prefix: str) -> int:
        return sum(1 for key in self.keys if key == prefix or key.startswith(f"{prefix}/"))


@pytest.fixture
def connection(admin_dsn: str) -> Iterator[Connection]:
    """Two people in a schema that is rolled back in the end; the stamps lean on the parcels."""
    with psycopg.connect(admin_dsn) as connection:
        schema = sql.Identifier(f"post_{uuid4().hex}")
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(schema))
        connection.execute("CREATE TABLE parcels (id int PRIMARY KEY, owner uuid)")
        connection.execute("CREATE TABLE stamps (parcel int REFERENCES parcels (id))")
        connection.execute("CREATE TABLE visits (visitor bytea)")
        connection.execute("CREATE TABLE books (owner uuid, cents int)")
        connection.execute("CREATE TABLE letters (owner uuid, text text)")
        connection.execute("CREATE TABLE orders (owner uuid)")
        for id, owner in ((1, ADA), (2, ADA), (3, BOB)):
            connection.execute("INSERT INTO parcels VALUES (%s, %s)", [id, owner])
            connection.execute("INSERT INTO stamps VALUES (%s)", [id])
            connection.execute("INSERT INTO books VALUES (%s, 5)", [owner])
            connection.execute("INSERT INTO letters VALUES (%s, 'Dear Bob')", [owner])
        connection.execute("INSERT INTO orders VALUES (%s)", [ADA])
        connection.execute("INSERT INTO visits VALUES (%s), ('bob in May')", [MARK])
        yield connection
        connection.rollback()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf({"p/1/front", "p/1/back", "p/2", "p/3/front", "p/10/front"})


def ada() -> Subject:
    return Subject(user_id=ADA, pseudonyms=[MARK])


def left(connection: Connection) -> dict[str, int]:
    """How many rows there are, whoever's they are."""
    return {
        name: connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()[0]  # type: ignore[index]
        for name in ("parcels", "stamps", "visits", "books", "letters", "orders")
    }


def residue_of(connection: Connection, shelf: Shelf, plan: Plan) -> dict[str, int]:
    return {**count_rows_left(connection, INVENTORY, plan), **count_objects_left(shelf, INVENTORY, plan)}


def test_everything_of_one_person_goes_as_declared_and_nothing_of_another(connection: Connection, shelf: Shelf) -> None:
    plan = plan_erasure(connection, INVENTORY, ada())
    assert plan.found == {
        "parcels": 2, "stamps": 2, "visits": 1, "books": 2, "letters": 2, "orders": 1, "shelf/p/": 2
    }  # fmt: skip
    assert erase_objects(shelf, INVENTORY, plan) == {"shelf/p/": Outcome(erased=3)}
    assert erase_rows(connection, INVENTORY, plan, pseudonym=NOBODY) == {
        "parcels": Outcome(erased=2),
        "stamps": Outcome(erased=2),
        "visits": Outcome(erased=1),
        "books": Outcome(anonymised=2),
        "letters": Outcome(anonymised=2),
        "orders": Outcome(kept=1, because="A court asked for it."),
    }
    assert left(connection) == {"parcels": 1, "stamps": 1, "visits": 1, "books": 3, "letters": 3, "orders": 1}
    assert shelf.keys == {"p/3/front", "p/10/front"}, "an object whose name only begins alike is another's"
    owners = {owner for (owner,) in connection.execute("SELECT owner FROM books").fetchall()}
    assert owners == {BOB, NOBODY}


def test_what_is_left_is_counted_by_the_plan_also_when_the_way_there_is_gone(
    connection: Connection, shelf: Shelf
) -> None:
    plan = plan_erasure(connection, INVENTORY, ada())
    connection.execute("ALTER TABLE stamps DROP CONSTRAINT stamps_parcel_fkey")
    connection.execute("DELETE FROM parcels WHERE owner = %s", [ADA])
    residue = residue_of(connection, shelf, plan)
    assert residue == {"parcels": 0, "stamps": 2, "visits": 1, "books": 2, "letters": 2, "shelf/p/": 3}


def test_after_an_erasure_nothing_is_found_but_what_is_kept_for_a_reason_which_is_no_residue(
    connection: Connection, shelf: Shelf
) -> None:
    plan = plan_erasure(connection, INVENTORY, ada())
    erase_objects(shelf, INVENTORY, plan)
    erase_rows(connection, INVENTORY, plan, pseudonym=NOBODY)
    residue = residue_of(connection, shelf, plan)
    assert set(residue.values()) == {0}
    assert "orders" not in residue


def test_what_was_to_be_emptied_is_left_while_something_is_in_it(connection: Connection, shelf: Shelf) -> None:
    plan = plan_erasure(connection, INVENTORY, ada())
    erase_rows(connection, INVENTORY, plan, pseudonym=NOBODY)
    connection.execute("UPDATE letters SET text = 'still here' WHERE owner = %s", [ADA])
    assert residue_of(connection, shelf, plan)["letters"] > 0


def test_an_erasure_may_be_done_again(connection: Connection, shelf: Shelf) -> None:
    plan = plan_erasure(connection, INVENTORY, ada())
    for _ in range(2):
        erase_objects(shelf, INVENTORY, plan)
        outcomes = erase_rows(connection, INVENTORY, plan, pseudonym=NOBODY)
    assert sum(outcome.erased for outcome in outcomes.values()) == 0


def test_what_was_written_after_the_plan_is_found_by_a_later_one_and_nothing_earlier_is_forgotten(
    connection: Connection, shelf: Shelf
) -> None:
    earlier = plan_erasure(connection, INVENTORY, ada())
    erase_rows(connection, INVENTORY, earlier, pseudonym=NOBODY)
    connection.execute("INSERT INTO parcels VALUES (10, %s)", [ADA])
    plan = merged(earlier, plan_erasure(connection, INVENTORY, ada()))
    assert sorted(plan.keys["parcels.id"], key=str) == [1, 10, 2]
    assert erase_objects(shelf, INVENTORY, plan) == {"shelf/p/": Outcome(erased=4)}
    assert plan.found["parcels"] == 2


def test_tables_that_lean_on_each_other_by_keys_of_their_own_go_in_the_right_order(
    connection: Connection, shelf: Shelf
) -> None:
    notes = replace(PARCELS, name="a_notes", columns={"owner": "Whose.", "parcel": "On which."})
    connection.execute("CREATE TABLE a_notes (owner uuid, parcel int REFERENCES parcels (id))")
    connection.execute("INSERT INTO a_notes VALUES (%s, 1)", [ADA])
    # Declared last, and named so that no alphabet helps.
    inventory = Inventory("post", PARCELS, STAMPS, SHELF, notes)
    plan = plan_erasure(connection, inventory, ada())
    outcomes = erase_rows(connection, inventory, plan, pseudonym=NOBODY)
    assert outcomes["a_notes"] == Outcome(erased=1)
    assert erase_objects(shelf, inventory, plan)["shelf/p/"].erased == 3


def test_what_only_its_owners_function_may_rewrite_is_rewritten_by_that(connection: Connection) -> None:
    connection.execute(
        """
        CREATE FUNCTION rename_in_books(was uuid, becomes uuid) RETURNS bigint LANGUAGE sql AS $$
            WITH renamed AS (UPDATE books SET owner = becomes WHERE owner = was RETURNING 1)
            SELECT count(*) FROM renamed
        $$
        """
    )
    inventory = Inventory("post", replace(BOOKS, erase=Pseudonymise("owner", through="rename_in_books")))
    plan = plan_erasure(connection, inventory, ada())
    assert erase_rows(connection, inventory, plan, pseudonym=NOBODY) == {"books": Outcome(anonymised=2)}


def test_a_declaration_that_says_nothing_of_erasure_is_not_guessed(connection: Connection, shelf: Shelf) -> None:
    plan = Plan(subject=ada(), objects={"shelf/p/": []})
    with pytest.raises(LookupError, match="parcels does not say"):
        erase_rows(connection, Inventory("post", replace(PARCELS, erase=None)), plan, pseudonym=NOBODY)
    with pytest.raises(LookupError, match="shelf does not say"):
        erase_objects(shelf, Inventory("post", replace(SHELF, erase=Blank("key"))), plan)


def test_of_a_stranger_there_is_nothing_to_erase(connection: Connection, shelf: Shelf) -> None:
    plan = plan_erasure(connection, INVENTORY, Subject(user_id=UUID(int=0)))
    assert set(plan.found.values()) == {0}
    assert not any(outcome.erased for outcome in erase_rows(connection, INVENTORY, plan, pseudonym=NOBODY).values())
    assert len(shelf.keys) == 5
