"""A service's part of a copy: whole or not there, of one moment, written once for each who asks."""

import io
import json
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Protocol
from uuid import UUID

import jsonschema
import pytest
from minio import Minio

from common.clock import MovableClock
from common.clock_door import ClockDoor
from common.contracts.rights import ExportPartFailed, ExportPartReady
from common.database import Database
from common.parts.desk import LEASE, MAX_TRIES
from common.sealing import Unsealable
from common.service import Job
from common.storage import ObjectMissing, ObjectStore
from common.storage.objects import PART_BYTES
from ops.embedded.waiting import until
from tests.integration.parts.desk import SEALER, House, prepare

ADA, BOB = UUID(int=1), UUID(int=2)
PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"p" * 100_000, b"\xff\xd8\xff" + b"j" * 1_000


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
        database=database,
        clock=MovableClock(),
        store=store,
        scans=s3.buckets["photos"],
        exports=s3.buckets["exports"],
    )
    yield house
    database.close()
    for bucket in (house.scans, house.exports):
        store.abort_uploads(bucket)
        for found in list(store.list(bucket)):
            store.delete(bucket, found.key)


@pytest.fixture
def request_id(house: House) -> UUID:
    return house.clock.new_id()


def test_a_part_holds_rows_schemas_files_and_what_is_left_out(house: House, request_id: UUID) -> None:
    house.write(ADA, 1, "Grüße, 猫!", PNG, JPEG)
    house.write(ADA, 2, "Again", PNG)
    house.write(BOB, 3, "Mine", PNG)
    house.ask(request_id, ADA)
    assert house.desk().write_next() == 1
    (ready,) = house.told()
    assert isinstance(ready, ExportPartReady)
    part = house.read(ready.object, ADA)
    letters = json.loads(part["data/post/letters.json"])
    assert [(letter["id"], letter["text"]) for letter in letters] == [(1, "Grüße, 猫!"), (2, "Again")]
    jsonschema.validate(letters, json.loads(part["schema/post/letters.schema.json"]))
    scans = {path: len(content) for path, content in part.items() if path.startswith("pictures/")}
    assert scans == {
        f"pictures/scans/{ADA}/1-full.png": len(PNG),
        f"pictures/scans/{ADA}/1-thumb.jpg": len(JPEG),
        f"pictures/scans/{ADA}/2-full.png": len(PNG),
    }
    cover = json.loads(part["cover.json"])
    records = {record["key"]: record for record in cover["records"]}
    assert (records["letters"]["path"], records["letters"]["rows"]) == ("post/letters.json", 2)
    assert records["letters"]["withheld"] == [
        {"what": "Where its scan lies.", "because": "The archive holds the scan."}
    ]
    assert records["drafts"]["because"] == "The letters hold what became of them."
    assert {each["key"] for each in cover["nobody"]} >= {"outbox", "inbox", "migrations"}
    (kept,) = cover["retained"]
    assert (kept["what"], kept["count"], kept["ground"]) == ("What you paid", 2, "the law of stamps")
    assert kept["until"].startswith(str(house.clock.now().year + 10))
    assert cover["unreadable"] == []


def test_what_does_not_open_is_told_and_the_rest_comes(house: House, request_id: UUID) -> None:
    house.write(ADA, 1, "Hello", PNG)
    house.write(ADA, 2, "Hello again", JPEG)
    house.scanned.put(f"{ADA}/2-full", JPEG, owner=str(BOB))
    house.write(ADA, 3, "Third", JPEG)
    # Cut short behind its first piece: what was read of it is no picture.
    sealed = b"".join(_raw(house, f"{ADA}/1-full"))
    _put_raw(house, f"{ADA}/1-full", sealed[: 64 * 1024 + 16])
    with house.database.begin() as connection:
        strange = SEALER.seal(b"?", owner=str(BOB), purpose="letters.text")
        connection.execute("UPDATE letters SET text = %s WHERE id = 3", [strange])
    house.ask(request_id, ADA)
    house.desk().write_next()
    (ready,) = house.told()
    assert isinstance(ready, ExportPartReady)
    part = house.read(ready.object, ADA)
    assert [path for path in part if path.startswith("pictures/")] == [f"pictures/scans/{ADA}/3-full.jpg"]
    assert [letter["text"] for letter in json.loads(part["data/post/letters.json"])][2] == "(this could not be read)"
    unreadable = {each["what"]: each["count"] for each in json.loads(part["cover.json"])["unreadable"]}
    assert unreadable == {"A value of letters.text": 1, "Scans of your letters": 2}


def test_the_same_wish_told_twice_is_written_once(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    house.ask(request_id, ADA)
    desk = house.desk()
    assert [desk.write_next(), desk.write_next()] == [1, 0]
    assert len(house.told()) == 1


def test_who_is_asked_again_later_writes_anew(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    house.desk().write_next()
    house.write(ADA, 1, "Since then", PNG)
    house.ask(request_id, ADA)
    house.desk().write_next()
    *_, again = house.told()
    assert isinstance(again, ExportPartReady)
    assert again.object == f"{request_id}/toy-2.part"
    assert f"pictures/scans/{ADA}/1-full.png" in house.read(again.object, ADA)


def test_a_part_whose_writer_died_is_written_by_the_next_when_the_lease_is_over(house: House, request_id: UUID) -> None:
    house.write(ADA, 1, "Hello", PNG)
    house.ask(request_id, ADA)
    assert house.claim() is not None  # and nothing more was heard of whoever claimed it
    assert house.desk().write_next() == 0
    house.clock.advance(LEASE)
    assert house.desk().write_next() == 1
    (ready,) = house.told()
    assert isinstance(ready, ExportPartReady)
    assert ready.object == f"{request_id}/toy-2.part"


def test_a_writer_who_lost_the_lease_stops_and_takes_nothing_from_the_other(house: House, request_id: UUID) -> None:
    house.write(ADA, 1, "Hello", PNG)
    house.write(ADA, 2, "Hello", PNG)
    house.ask(request_id, ADA)
    overtaken: list[int] = []

    def dawdle(_key: str) -> None:
        if not overtaken:
            house.clock.advance(LEASE)
            overtaken.append(house.desk().write_next())

    assert house.desk(dawdle).write_next() == 1
    assert overtaken == [1]
    assert [event.object for event in house.told() if isinstance(event, ExportPartReady)] == [
        f"{request_id}/toy-2.part"
    ]
    assert house.stored() == [f"{request_id}/toy-2.part"]


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(seconds=30)], ids=["at the end", "on the way"])
def test_an_erasure_while_a_part_is_written_leaves_nothing_of_it(
    house: House, request_id: UUID, pause: timedelta
) -> None:
    for number in range(3):
        house.write(ADA, number, "Hello", PNG)
    house.ask(request_id, ADA)

    def erase(_key: str) -> None:
        house.clock.advance(pause)
        house.erase(ADA)

    house.desk(erase).write_next()
    assert (house.told(), house.stored()) == ([], [])
    assert house.desk().write_next() == 0


def test_what_cannot_be_written_is_tried_again_and_given_up_aloud(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    with house.database.begin() as connection:
        connection.execute("ALTER TABLE stamps RENAME TO gone")
    for _ in range(MAX_TRIES):
        assert house.desk().write_next() == 1
        assert house.desk().write_next() == 0
        house.clock.advance(timedelta(hours=1))
    assert house.told() == []
    house.desk().write_next()
    assert house.told() == [ExportPartFailed(request_id=request_id, service="toy")]
    with house.database.begin() as connection:
        connection.execute("ALTER TABLE gone RENAME TO stamps")
    house.ask(request_id, ADA)
    # Its attempts were used up: asked again, it has as many as before.
    house.desk().write_next()
    assert isinstance(house.told()[-1], ExportPartReady)


def test_a_part_of_another_person_does_not_open(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    house.desk().write_next()
    with pytest.raises(Exception, match="does not open"):
        house.read(f"{request_id}/toy-1.part", BOB)
    with pytest.raises(ObjectMissing):
        house.read(f"{request_id}/toy-2.part", ADA)


def test_a_part_does_not_open_with_what_lies_beside_it(house: House, request_id: UUID) -> None:
    house.ask(request_id, ADA)
    house.desk().write_next()
    (ready,) = house.told()
    assert isinstance(ready, ExportPartReady)
    assert "sealed-key" not in house.store.stat(house.exports, ready.object).metadata
    with pytest.raises(Unsealable):
        house.exported.read(ready.object, owner=str(ADA))
    assert house.read(ready.object, ADA)


def _raw(house: House, key: str) -> Iterator[bytes]:
    with house.store.get(house.scans, key) as stored:
        yield stored.stream.read()


def _put_raw(house: House, key: str, data: bytes) -> None:
    metadata = house.store.stat(house.scans, key).metadata
    house.store.put(house.scans, key, io.BytesIO(data), length=len(data), metadata=metadata)


def test_a_writer_killed_in_the_middle_leaves_no_half_part(house: House, request_id: UUID) -> None:
    house.write(ADA, 1, "Hello", b"\x89PNG\r\n\x1a\n" + os.urandom(2 * PART_BYTES))
    house.write(ADA, 2, "The last it opens", JPEG)
    house.ask(request_id, ADA)
    context = multiprocessing.get_context("fork")
    at_the_last, never = context.Event(), context.Event()

    def wait_there(key: str) -> None:
        if key.endswith("/2-full"):
            at_the_last.set()
            never.wait()

    writer = context.Process(target=lambda: house.desk(wait_there).write_next(), daemon=True)
    writer.start()
    assert at_the_last.wait(30)
    writer.kill()
    writer.join()
    # What it had sent lies there as an upload that never ended: nobody can take it for a part.
    assert house.stored() == []
    assert house.store.count_all(house.exports, f"{request_id}/") == 1
    assert house.desk().write_next() == 0
    house.clock.advance(LEASE)
    assert house.desk().write_next() == 1
    (ready,) = house.told()
    assert isinstance(ready, ExportPartReady)
    assert len(house.read(ready.object, ADA)[f"pictures/scans/{ADA}/1-full.png"]) == 8 + 2 * PART_BYTES


def test_25_who_ask_at_once_all_get_their_part_and_other_work_goes_on(house: House) -> None:
    asked = [house.clock.new_id() for _ in range(25)]
    for number, request_id in enumerate(asked):
        house.write(UUID(int=100 + number), number, "Hello", PNG)
        house.ask(request_id, UUID(int=100 + number))
    ran: list[int] = []

    def other_work() -> int:
        ran.append(len(house.told()))
        return 0

    other = Job(name="other work", every=timedelta(milliseconds=50), run=other_work)
    door = ClockDoor(jobs=[*house.desk().jobs(), other], database=house.database)
    keeping = Thread(target=door.run)
    keeping.start()
    try:
        until(lambda: len(house.told()) == len(asked), "Everybody's part", seconds=30)
    finally:
        door.stop()
        keeping.join()
    assert {event.request_id for event in house.told() if isinstance(event, ExportPartReady)} == set(asked)
    assert len(ran) > 3
