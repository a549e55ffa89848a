"""Values of before people had keys move under them: a few at a time, however often it breaks off."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from rich.console import Console

from common.clock import SYSTEM_CLOCK, Clock
from common.database import Connection, Database
from common.person_keys import PersonKeys, count_old_forms, reseal_rows, rewrap_everything
from common.sealing import Keyring, Sealer, is_under_a_person
from common.work import UnitOfWork
from gateway.domain.people import Account, AddressTaken
from gateway.inventory import INVENTORY
from gateway.repository import Work, rooms
from tests.fakes.people import add_account

INDEX_KEY = b"an index key of the tests, 32 b."
# Rows of other tests lie in the same tables: versions of this file's own keep them apart.
_versions = count(80_001)


@pytest.fixture(scope="module")
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(service_database("gateway"), application="test")
    yield database
    database.close()


@pytest.fixture
def keyring() -> Keyring:
    version = next(_versions)
    return Keyring({version: b"k" * 32}, current=version)


class OfBefore(PersonKeys):
    """As the service was when it sealed with the keyring itself."""

    def sealer(self, *_: object, **__: object) -> Sealer:
        return Sealer(self.keyring)


class Dying(PersonKeys):
    """Dies when it is to make keys the second time."""

    uses = 0

    def sealer(self, connection: Connection, clock: Clock, *, owners: Sequence[UUID] = ()) -> Sealer:
        self.uses += 1
        if self.uses == 2:
            raise ConnectionAbortedError
        return super().sealer(connection, clock, owners=owners)


def unit_of(database: Database, keys: PersonKeys) -> UnitOfWork[Work]:
    return UnitOfWork(service="gateway", database=database, build=rooms(keys, INDEX_KEY))


def accounts_of_before(database: Database, keyring: Keyring, *, of: int) -> list[UUID]:
    unit = unit_of(database, OfBefore(keyring))
    return [add_account(unit, uuid4()).id for _ in range(of)]


def told(database: Database, keys: PersonKeys, people: Sequence[UUID]) -> list[Account | None]:
    with unit_of(database, keys).begin() as work:
        return [work.accounts.find(person) for person in people]


def values(database: Database, people: Sequence[UUID]) -> list[bytes]:
    with database.begin() as connection:
        rows = connection.execute("SELECT email, name FROM accounts WHERE id = ANY(%s)", [list(people)]).fetchall()
    return [value for row in rows for value in row]


def step(database: Database, keys: PersonKeys, *, limit: int = 200) -> int:
    return reseal_rows(database, INVENTORY, keys, SYSTEM_CLOCK, limit=limit)


def test_values_move_in_steps_and_say_the_same_before_and_after(database: Database, keyring: Keyring) -> None:
    people = accounts_of_before(database, keyring, of=3)
    keys = PersonKeys(keyring)
    before = told(database, keys, people)
    assert [step(database, keys, limit=2) for _ in range(3)] == [4, 2, 0]
    assert all(is_under_a_person(value) for value in values(database, people))
    assert told(database, PersonKeys(keyring), people) == before
    assert before[0] is not None


def test_what_breaks_off_in_the_middle_is_taken_up_again(database: Database, keyring: Keyring) -> None:
    people = accounts_of_before(database, keyring, of=3)
    before = told(database, PersonKeys(keyring), people)
    with pytest.raises(ConnectionAbortedError):
        step(database, Dying(keyring))
    assert 0 < sum(is_under_a_person(value) for value in values(database, people)) < 6
    assert told(database, PersonKeys(keyring), people) == before
    assert step(database, PersonKeys(keyring)) == 3
    assert all(is_under_a_person(value) for value in values(database, people))
    assert told(database, PersonKeys(keyring), people) == before


def test_several_at_once_move_each_value_once(database: Database, keyring: Keyring) -> None:
    people = accounts_of_before(database, keyring, of=12)
    before = told(database, PersonKeys(keyring), people)
    together = Barrier(4)

    def all_of_them(_: int) -> int:
        keys = PersonKeys(keyring)
        together.wait()
        done = [1]
        while done[-1]:
            done.append(step(database, keys, limit=2))
        return sum(done) - 1

    with ThreadPoolExecutor(4) as threads:
        moved = sum(threads.map(all_of_them, range(4)))
    # Who found every row of the others locked stopped early.
    assert moved + step(database, PersonKeys(keyring)) == 24
    assert told(database, PersonKeys(keyring), people) == before


def test_a_value_that_was_tampered_with_does_not_hold_up_the_others(database: Database, keyring: Keyring) -> None:
    ada, bob = accounts_of_before(database, keyring, of=2)
    with database.begin() as connection:
        connection.execute("UPDATE accounts SET name = set_byte(name, 40, get_byte(name, 40) # 1) WHERE id = %s", [ada])
    assert step(database, PersonKeys(keyring)) == 3
    assert told(database, PersonKeys(keyring), [bob]) != [None]


def test_the_operator_is_told_what_was_moved_and_which_versions_are_needed(
    database: Database, keyring: Keyring
) -> None:
    accounts_of_before(database, keyring, of=2)
    new = next(_versions)
    both = Keyring({keyring.current: b"k" * 32, new: b"n" * 32}, current=new)
    keys = PersonKeys(both)
    with database.begin() as connection:
        counted = count_old_forms(connection, INVENTORY)
        assert counted["accounts.email", keyring.current] == counted["accounts.name", keyring.current] == 2
        PersonKeys(keyring).of(connection, SYSTEM_CLOCK, [uuid4()])
    page = Console(width=100)
    with page.capture() as captured:
        rewrap_everything(unit_of(database, keys), INVENTORY, keys, console=page)
    assert "Moved: 1 people's keys, 4 values." in captured.get()
    needed = [line.split() for line in captured.get().splitlines() if str(new) in line]
    assert needed == [["people's", "keys", str(new), "(current)", "3"]]
    assert not [line for line in captured.get().splitlines() if str(keyring.current) in line]


def test_whoever_takes_an_address_that_is_taken_leaves_no_key(database: Database, keyring: Keyring) -> None:
    keys = PersonKeys(keyring)
    unit = unit_of(database, keys)
    ada = add_account(unit, uuid4())
    late = uuid4()
    with pytest.raises(AddressTaken), unit.begin() as work:
        work.accounts.add(replace(ada, id=late), policy_version="2026-11-01")
    with database.begin() as connection:
        assert keys.known(connection, [ada.id, late]).keys() == {ada.id}
