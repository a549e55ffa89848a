"""People's keys on a real Postgres: one each, made on first use, gone for everybody when the row is."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import count
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.erasure import Fence, PersonGone
from common.erasure.tombstones import Tombstones
from common.person_keys import KeyCache, PersonKeys, count_keys, rewrap_keys
from common.sealing import Keyring, Sealer, Unsealable

PLACE = "notes.words"
# Rows of other tests lie in the same table: versions of this file's own keep them apart.
_versions = count(70_001)


class Broken(Exception):
    """What makes a transaction fail."""


class Hand:
    """A clock for the cache, moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(service_database("billing"), application="test", max_size=12)
    yield database
    database.close()


@pytest.fixture
def keyring() -> Keyring:
    version = next(_versions)
    return Keyring({version: b"k" * 32}, current=version)


@pytest.fixture
def keys(keyring: Keyring) -> PersonKeys:
    return PersonKeys(keyring)


def new_people(*, of: int) -> list[UUID]:
    return [uuid4() for _ in range(of)]


def seal(sealer: Sealer, owner: UUID, value: bytes = b"in the garden") -> bytes:
    return sealer.seal(value, owner=str(owner), purpose=PLACE)


def opened(sealer: Sealer, sealed: bytes, owner: UUID) -> bytes:
    return sealer.open(sealed, owner=str(owner), purpose=PLACE)


def sealed_by(keys: PersonKeys, database: Database, owner: UUID) -> bytes:
    with database.begin() as connection:
        return seal(keys.sealer(connection, SYSTEM_CLOCK), owner)


def open_anew(keyring: Keyring, database: Database, sealed: bytes, owner: UUID) -> bytes:
    """As a process does that has only just started."""
    return opened(PersonKeys(keyring).sealer_of(database, SYSTEM_CLOCK), sealed, owner)


def rows_of(database: Database, owner: UUID) -> int:
    with database.begin() as connection:
        row = connection.execute("SELECT count(*) FROM person_keys WHERE user_id = %s", [owner]).fetchone()
    return int(row[0]) if row else 0


def destroy(database: Database, owner: UUID) -> None:
    with database.begin() as connection:
        connection.execute("DELETE FROM person_keys WHERE user_id = %s", [owner])


class TestMaking:
    def test_a_person_gets_one_key_on_first_use_and_keeps_it(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        (ada,) = new_people(of=1)
        first, second = sealed_by(keys, database, ada), sealed_by(PersonKeys(keyring), database, ada)
        assert first[:17] == second[:17]
        assert rows_of(database, ada) == 1
        assert open_anew(keyring, database, first, ada) == b"in the garden"

    def test_what_another_service_wrapped_with_a_shared_keyring_moves_under_its_owners_key(
        self, keyring: Keyring, database: Database
    ) -> None:
        (ada,) = new_people(of=1)
        shared = Keyring({keyring.current: b"s" * 32}, current=keyring.current)
        sealed = seal(Sealer(shared), ada)
        with database.begin() as connection:
            sealer = PersonKeys(keyring).sealer(connection, SYSTEM_CLOCK, keyring=shared)
            assert opened(sealer, sealed, ada) == b"in the garden"
            moved = sealer.rewrap(sealed, owner=str(ada))
        assert open_anew(keyring, database, moved, ada) == b"in the garden"
        for without in (Sealer(shared), Sealer(keyring)):
            with pytest.raises(Unsealable):
                opened(without, moved, ada)
        # The service's own keyring is no second way in.
        own = PersonKeys(keyring).sealer_of(database, SYSTEM_CLOCK)
        with pytest.raises(Unsealable):
            opened(own, sealed, ada)

    def test_many_who_need_it_at_once_get_the_same_key(self, keyring: Keyring, database: Database) -> None:
        (ada,) = new_people(of=1)
        together = Barrier(8)

        def first_use(number: int) -> bytes:
            keys = PersonKeys(keyring)
            together.wait()
            if number % 2:
                return seal(keys.sealer_of(database, SYSTEM_CLOCK), ada)
            return sealed_by(keys, database, ada)

        with ThreadPoolExecutor(8) as threads:
            sealed = list(threads.map(first_use, range(8)))
        assert rows_of(database, ada) == 1
        assert {open_anew(keyring, database, value, ada) for value in sealed} == {b"in the garden"}

    def test_a_key_of_a_transaction_that_fails_is_used_by_nobody_afterwards(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        (ada,) = new_people(of=1)
        lost: list[bytes] = []

        def fail() -> None:
            with database.begin() as connection:
                lost.append(seal(keys.sealer(connection, SYSTEM_CLOCK), ada))
                raise Broken

        with pytest.raises(Broken):
            fail()
        kept = sealed_by(keys, database, ada)
        assert kept[:17] != lost[0][:17]
        assert open_anew(keyring, database, kept, ada) == b"in the garden"

    def test_nor_is_one_of_a_part_of_a_transaction_that_was_taken_back(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        (ada,) = new_people(of=1)
        with database.begin() as connection:
            sealer = keys.sealer(connection, SYSTEM_CLOCK)
            with connection.transaction(force_rollback=True):
                seal(sealer, ada)
            kept = seal(sealer, ada)
        assert open_anew(keyring, database, kept, ada) == b"in the garden"

    def test_whoever_is_gone_gets_no_key_in_a_transaction_or_outside_one(
        self, keyring: Keyring, database: Database
    ) -> None:
        ada, bob = new_people(of=2)
        fence = Fence(uuid4().bytes * 2)
        with database.begin() as connection:
            stones = Tombstones(connection)
            stones.add(fence.mark(ada), uuid4(), at=datetime.now(UTC))
            stones.close(fence.mark(ada), at=datetime.now(UTC))
        keys = PersonKeys(keyring, fence=fence)
        with pytest.raises(PersonGone):
            sealed_by(keys, database, ada)
        with pytest.raises(PersonGone):
            seal(keys.sealer_of(database, SYSTEM_CLOCK), ada)
        assert rows_of(database, ada) == 0
        assert open_anew(keyring, database, sealed_by(keys, database, bob), bob) == b"in the garden"


class TestReading:
    def test_a_list_of_many_people_costs_one_query(self, keyring: Keyring, database: Database) -> None:
        people = new_people(of=20)
        with database.begin() as connection:
            sealer = PersonKeys(keyring).sealer(connection, SYSTEM_CLOCK, owners=people)
            sealed = {person: seal(sealer, person) for person in people}
        keys = PersonKeys(keyring)
        with database.begin() as connection:
            assert keys.known(connection, people).keys() == set(people)
        for person in people:
            destroy(database, person)
        # The rows are gone: whatever opens now was read with the others.
        with database.begin() as connection:
            sealer = keys.sealer(connection, SYSTEM_CLOCK)
            assert {opened(sealer, value, person) for person, value in sealed.items()} == {b"in the garden"}

    def test_asking_for_keys_makes_none(self, keys: PersonKeys, database: Database) -> None:
        (ada,) = new_people(of=1)
        with database.begin() as connection:
            assert keys.known(connection, [ada]) == {}
        assert rows_of(database, ada) == 0

    def test_what_was_sealed_before_people_had_keys_opens_and_makes_none(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        (ada,) = new_people(of=1)
        old = seal(Sealer(keyring), ada)
        assert open_anew(keyring, database, old, ada) == b"in the garden"
        with database.begin() as connection:
            assert opened(keys.sealer(connection, SYSTEM_CLOCK), old, ada) == b"in the garden"
        assert rows_of(database, ada) == 0


class TestDestroying:
    def test_without_its_row_a_key_opens_nothing_and_everybody_elses_does(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        ada, bob = new_people(of=2)
        adas, bobs = sealed_by(keys, database, ada), sealed_by(keys, database, bob)
        destroy(database, ada)
        for attempt in (
            partial(open_anew, keyring, database, adas, ada),
            partial(opened, Sealer(keyring), adas, ada),
            partial(open_anew, keyring, database, adas, bob),
        ):
            with pytest.raises(Unsealable):
                attempt()
        assert open_anew(keyring, database, bobs, bob) == b"in the garden"

    def test_a_process_that_has_just_used_it_stops_after_half_a_minute(
        self, keyring: Keyring, database: Database
    ) -> None:
        (ada,) = new_people(of=1)
        hand = Hand()
        keys = PersonKeys(keyring, cache=KeyCache(now=hand))
        sealer = keys.sealer_of(database, SYSTEM_CLOCK)
        sealed = seal(sealer, ada)
        destroy(database, ada)
        hand.at = 29.9
        assert opened(sealer, sealed, ada) == b"in the garden"
        hand.at = 30.0
        with pytest.raises(Unsealable):
            opened(sealer, sealed, ada)

    def test_or_at_once_when_it_is_told(self, keyring: Keyring, database: Database) -> None:
        (ada,) = new_people(of=1)
        keys = PersonKeys(keyring)
        sealer = keys.sealer_of(database, SYSTEM_CLOCK)
        sealed = seal(sealer, ada)
        destroy(database, ada)
        keys.forget(ada)
        with pytest.raises(Unsealable):
            opened(sealer, sealed, ada)


class TestRotation:
    def rotated(self, keyring: Keyring) -> tuple[Keyring, Keyring]:
        """With the old key behind the new one, and with the new one alone."""
        old, new = keyring.current, next(_versions)
        return Keyring({old: b"k" * 32, new: b"n" * 32}, current=new), Keyring({new: b"n" * 32}, current=new)

    def test_only_the_keys_are_wrapped_again_and_the_old_one_can_go(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        people = new_people(of=5)
        sealed = {person: sealed_by(keys, database, person) for person in people}
        both, new_alone = self.rotated(keyring)
        with pytest.raises(Unsealable):
            open_anew(new_alone, database, sealed[people[0]], people[0])
        assert [rewrap_keys(database, both, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert count_keys(database)[both.current] == 5
        assert keyring.current not in count_keys(database)
        assert {open_anew(new_alone, database, sealed[person], person) for person in people} == {b"in the garden"}
        with pytest.raises(Unsealable):
            open_anew(keyring, database, sealed[people[0]], people[0])

    def test_until_then_both_open_and_new_people_get_keys_under_the_new_one(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        ada, bob = new_people(of=2)
        adas = sealed_by(keys, database, ada)
        both, new_alone = self.rotated(keyring)
        bobs = sealed_by(PersonKeys(both), database, bob)
        assert open_anew(both, database, adas, ada) == open_anew(new_alone, database, bobs, bob) == b"in the garden"

    def test_several_at_once_do_it_once(self, keyring: Keyring, keys: PersonKeys, database: Database) -> None:
        people = new_people(of=20)
        with database.begin() as connection:
            keys.of(connection, SYSTEM_CLOCK, people)
        both, new_alone = self.rotated(keyring)
        together = Barrier(4)

        def all_of_them(_: int) -> int:
            together.wait()
            done = [1]
            while done[-1]:
                done.append(rewrap_keys(database, both, limit=3))
            return sum(done) - 1

        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(all_of_them, range(4))) == 20
        with database.begin() as connection:
            assert len(PersonKeys(new_alone).known(connection, people)) == 20

    def test_one_that_was_tampered_with_does_not_hold_up_the_others(
        self, keyring: Keyring, keys: PersonKeys, database: Database
    ) -> None:
        ada, bob = new_people(of=2)
        with database.begin() as connection:
            keys.of(connection, SYSTEM_CLOCK, [ada, bob])
            connection.execute(
                "UPDATE person_keys SET wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1) WHERE user_id = %s",
                [ada],
            )
        both, _ = self.rotated(keyring)
        assert rewrap_keys(database, both) == 1
        assert count_keys(database)[keyring.current] == 1
