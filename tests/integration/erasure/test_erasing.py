"""Somebody leaves a service: fenced, settled, emptied, looked for again, and told of, whatever comes in between."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Event as Signal
from typing import Protocol
from uuid import UUID

import pytest
from minio import Minio

from common.contracts.gateway import UserRegistered
from common.database import Database
from common.erasure import PersonGone
from common.erasure.records import LEASE
from common.erasure.replay import NotErasedAgain
from common.erasure.statements import verify
from common.erasure.tombstones import Tombstones
from common.errors import Unavailable
from common.storage import ObjectStore
from tests.fakes.toy.keys import PUBLIC_KEY
from tests.integration.erasure.house import FENCE, House, prepare

ADA, BOB = UUID(int=1), UUID(int=2)
NOTHING = {"notes": 0, "books": 0, "visits": 0, "scans": 0}


class S3(Protocol):
    client: Minio
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


@pytest.fixture
def house(toy_database: str, s3: S3) -> Iterator[House]:
    database = Database(toy_database, application="test")
    prepare(database)
    store = ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
    house = House(
        database=database, store=store, bucket=s3.buckets["figurines"], journal_bucket=s3.buckets["tombstones"]
    )
    house.fill(ADA, 1, 2)
    house.fill(BOB, 3)
    yield house
    database.close()
    for bucket in (house.bucket, house.journal_bucket):
        for found in list(store.list(bucket)):
            store.delete(bucket, found.key)


@pytest.fixture
def request_id(house: House) -> UUID:
    return house.clock.new_id()


def test_everything_of_one_person_goes_and_what_became_of_it_is_told_and_signed(house: House, request_id: UUID) -> None:
    bobs = house.held(BOB)
    house.ask(request_id, ADA)
    house.erase()
    assert house.held(ADA) == NOTHING
    assert house.held(BOB) == bobs
    (answer,) = house.answers()
    verify(PUBLIC_KEY, answer.statement, answer.signature)
    said = json.loads(answer.statement)
    assert (said["service"], said["request_id"]) == ("toy", str(request_id))
    told = {
        name: (each["found"], each["erased"], each["anonymised"], each["residue"])
        for name, each in said["classes"].items()
    }
    scans = f"{house.bucket}/"
    assert told == {
        "notes": (2, 2, 0, 0),
        "books": (1, 0, 1, 0),
        "visits": (1, 1, 0, 0),
        "exports": (0, 0, 0, 0),
        "person_keys": (0, 0, 0, 0),
        scans: (2, 2, 0, 0),
    }
    assert said["classes"]["books"]["ground"] == "the law of books"
    assert said["classes"]["books"]["until"].startswith(str(house.clock.now().year + 10))
    assert str(ADA) not in answer.statement


def test_who_it_was_is_forgotten_with_the_last_step(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    house.erase()
    with house.database.begin() as connection:
        tables = connection.execute(
            "SELECT erasures::text FROM erasures UNION ALL SELECT tombstones::text FROM tombstones"
        )
        assert all(str(ADA) not in text for (text,) in tables.fetchall())


def test_told_again_it_answers_the_same_again_and_changes_nothing(house: House, request_id: UUID) -> None:
    for _ in range(2):
        house.ask(request_id, ADA)
    house.erase()
    house.ask(request_id, ADA)
    house.erase()
    first, second = house.answers()
    assert first == second
    assert house.told_to_leave == [ADA]


def test_work_under_way_is_waited_for(house: House, request_id: UUID) -> None:
    house.busy.add(ADA)
    house.ask(request_id, ADA)
    house.erase(times=3)
    assert house.held(ADA)["notes"] == 2
    assert house.answers() == []
    house.busy.clear()
    house.erase()
    assert house.held(ADA) == NOTHING
    assert len(house.answers()) == 1


def test_what_was_begun_before_the_fence_and_ends_after_the_plan_goes_too(house: House, request_id: UUID) -> None:
    begun, may_end = Signal(), Signal()

    def write_slowly() -> None:
        with house.unit.begin(person=ADA) as work:
            begun.set()
            assert may_end.wait(20)
            house.put(f"{ADA}/7/full")
            work.write(ADA, 7, f"{ADA}/7")

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write_slowly)
        assert begun.wait(20)
        house.ask(request_id, ADA)
        erasing = pool.submit(house.erase)
        # It has planned, and waits for who is writing.
        with house.database.listen() as looking:
            while not looking.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone():
                assert not erasing.done()
        may_end.set()
        writing.result()
        erasing.result()
    assert house.held(ADA) == NOTHING
    assert house.answers()[0].residue == 0


def test_who_leaves_begins_nothing_more(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    with pytest.raises(PersonGone), house.unit.begin(person=ADA):
        pass
    with house.unit.begin(person=BOB) as work:
        work.write(BOB, 4)


def test_news_of_who_leaves_are_taken_until_she_is_gone_and_change_nothing_after_that(
    house: House, request_id: UUID
) -> None:
    late = UserRegistered(user_id=ADA, registered_at=house.clock.now())
    house.ask(request_id, ADA)
    house.take(late)
    assert house.held(ADA)["notes"] == 3, "what is under way comes to its end"
    house.erase()
    house.take(late, UserRegistered(user_id=BOB, registered_at=house.clock.now()))
    assert house.held(ADA) == NOTHING
    assert house.held(BOB)["notes"] == 2


def test_nothing_is_destroyed_before_the_journal_has_it(house: House, request_id: UUID, s3: S3) -> None:
    nowhere = ObjectStore(
        endpoint="https://localhost:1", access_key="a", secret_key="b" * 16, ca_file=s3.ca_file, patience_seconds=0.2
    )
    away = replace(house, store=nowhere)
    house.ask(request_id, ADA)
    assert away.eraser().run() == 1
    assert house.held(ADA)["notes"] == 2
    with pytest.raises(Unavailable):
        next(away.journal.after(0))
    house.clock.advance(LEASE)
    house.erase()
    assert house.held(ADA) == NOTHING
    assert [stone.request_id for stone in house.journal.after(0)] == [request_id]


def test_killed_after_any_step_it_is_taken_up_again(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    for _ in range(2):
        with house.unit.open() as opened:
            # Somebody claimed it and died.
            opened.connection.execute("UPDATE erasures SET next_try_at = %s", [house.clock.now() + LEASE])
        assert house.eraser().run() == 0
        house.clock.advance(LEASE + timedelta(minutes=1))
    house.erase()
    assert house.held(ADA) == NOTHING
    assert len(house.answers()) == 1


class Forgetful(ObjectStore):
    """Says it destroyed what it keeps."""

    def delete_all(self, *_: str) -> int:
        return 1


class Away(ObjectStore):
    """Reads, and destroys nothing."""

    def delete_all(self, *_: str) -> int:
        raise Unavailable


def test_what_is_still_there_is_found_told_and_never_called_done(house: House, request_id: UUID, s3: S3) -> None:
    forgetful = replace(
        house,
        store=Forgetful(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file),
    )
    house.ask(request_id, ADA)
    for _ in range(4):
        forgetful.erase()
    answers = house.answers()
    assert answers
    assert {answer.residue for answer in answers} == {2}
    house.erase()
    assert house.held(ADA) == NOTHING
    assert house.answers()[-1].residue == 0


def test_a_table_nobody_empties_is_noticed(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    with house.database.begin() as connection:
        connection.execute("CREATE RULE stubborn AS ON DELETE TO visits DO INSTEAD NOTHING")
    for _ in range(4):
        house.erase()
    assert {answer.residue for answer in house.answers()} == {1}
    assert house.held(ADA)["visits"] == 1
    with house.database.begin() as connection:
        connection.execute("DROP RULE stubborn ON visits")
    house.erase()
    assert house.held(ADA) == NOTHING


def test_tried_again_what_is_kept_gets_the_same_pseudonym(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    with house.database.begin() as connection:
        connection.execute("CREATE RULE stubborn AS ON DELETE TO visits DO INSTEAD NOTHING")
    house.erase()
    house.fill(ADA)  # a line in the books that came in between
    with house.database.begin() as connection:
        connection.execute("DROP RULE stubborn ON visits")
    house.erase()
    with house.database.begin() as connection:
        owners = connection.execute("SELECT DISTINCT owner FROM books WHERE owner <> %s", [BOB]).fetchall()
    assert owners == [(FENCE.pseudonym(request_id),)]


def backup(house: House) -> dict[str, list[tuple[object, ...]]]:
    with house.database.begin() as connection:
        return {
            "notes": connection.execute("SELECT * FROM notes").fetchall(),
            "books": connection.execute("SELECT * FROM books").fetchall(),
            "visits": connection.execute("SELECT * FROM visits").fetchall(),
        }


def restore(house: House, kept: dict[str, list[tuple[object, ...]]]) -> None:
    """The database as it was: with everybody's rows, and without the tombstones since."""
    with house.database.begin() as connection:
        connection.execute("TRUNCATE notes, books, visits, tombstones, erasures, outbox")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO notes VALUES (%s, %s, %s)", kept["notes"])
            cursor.executemany("INSERT INTO books VALUES (%s, %s)", kept["books"])
            cursor.executemany("INSERT INTO visits VALUES (%s)", kept["visits"])


def test_after_an_old_backup_is_put_back_who_left_is_erased_again_before_anybody_is_served(
    house: House, request_id: UUID
) -> None:
    kept, bobs = backup(house), house.held(BOB)
    house.ask(request_id, ADA)
    house.erase()
    restore(house, kept)
    house.store.put(house.bucket, f"{ADA}/1/full", BytesIO(b"scan"), length=4)
    assert house.held(ADA) == {"notes": 2, "books": 1, "visits": 1, "scans": 1}
    assert house.replay() == 1
    assert house.held(ADA) == NOTHING
    assert house.held(BOB) == bobs
    with pytest.raises(PersonGone), house.unit.begin(person=ADA):
        pass
    with house.unit.open() as opened:
        assert Tombstones(opened.connection).of(FENCE.mark(ADA)) is not None
    assert house.replay() == 0, "the journal and the database agree again"


def test_who_asks_between_the_backup_and_the_next_start_takes_nobodys_place_in_the_journal(
    house: House, request_id: UUID
) -> None:
    kept, later = backup(house), house.clock.new_id()
    house.ask(request_id, ADA)
    house.erase()
    restore(house, kept)
    # The service was not started again: Bob gets the number that Ada has in the journal.
    house.ask(later, BOB)
    house.erase(times=2)
    assert house.held(BOB)["notes"] == 1, "nothing is destroyed that the journal could not be told of"
    assert [stone.person for stone in house.journal.after(0)] == [FENCE.mark(ADA)]
    assert house.replay() == 1
    assert house.held(ADA) == NOTHING
    house.erase(times=2)
    assert house.held(BOB) == NOTHING
    assert [stone.person for stone in house.journal.after(0)] == [FENCE.mark(ADA), FENCE.mark(BOB)]
    assert house.replay() == 0


def test_a_replay_that_is_interrupted_begins_again(house: House, request_id: UUID, s3: S3) -> None:
    kept = backup(house)
    house.ask(request_id, ADA)
    house.erase()
    restore(house, kept)
    away = Away(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
    with pytest.raises(NotErasedAgain):
        replace(house, store=away).replay()
    house.clock.advance(LEASE)
    assert house.replay() == 1
    assert house.held(ADA) == NOTHING
    assert house.held(BOB)["notes"] == 1


def test_two_that_start_together_replay_once(house: House, request_id: UUID) -> None:
    kept = backup(house)
    house.ask(request_id, ADA)
    house.erase()
    restore(house, kept)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: house.replay(), range(2))) == [0, 1]
    assert house.held(ADA) == NOTHING
