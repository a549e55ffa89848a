"""Copies lie under their owners' keys: what erasure leaves of one, or a backup without the keys, opens for nobody."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from common.clock import MovableClock
from common.database import Database
from common.erasure import Fence
from common.erasure.eraser import Eraser
from common.erasure.records import Erasures
from common.erasure.tombstones import Tombstones
from common.parts.layout import written
from common.person_keys import KeyCache, PersonKeys
from common.sealing import Keyring, Sealer, Unsealable, is_under_a_person
from common.service import Service
from common.storage import ObjectStore, SealedBucket
from common.work import UnitOfWork
from privacy.adapters.archive import Assembler
from privacy.domain import HOLDERS, PartState, Request
from privacy.domain.archives import Gathering
from privacy.jobs.archives import ArchiveDesk
from privacy.repository import Work
from tests.fakes.toy.keys import PRIVATE_KEY
from tests.integration.privacy.copying import EXPORT_KEYS, KEYRING, Copying, copying_in, cover

FENCE = Fence(b"f" * 32)


class S3(Protocol):
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


@pytest.fixture
def copying(s3: S3, database: Database, clock: MovableClock) -> Iterator[Copying]:
    """As privacy works: one process, its keys at hand, and a fence."""
    store = ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
    rooms = partial(Work, keys=PersonKeys(KEYRING, fence=FENCE), export_keys=EXPORT_KEYS)
    unit = UnitOfWork(service="privacy", database=database, build=rooms, clock=clock, fence=FENCE)
    with copying_in(unit, clock, store, s3.buckets["exports"]) as copying:
        yield copying


def part_keys(database: Database, request: Request) -> dict[str, bytes | None]:
    with database.begin() as connection:
        return dict(
            connection.execute(
                "SELECT object, wrapped_key FROM archive_parts WHERE request_id = %s", [request.id]
            ).fetchall()
        )


def count(database: Database, user_id: UUID) -> int:
    with database.begin() as connection:
        row = connection.execute("SELECT count(*) FROM person_keys WHERE user_id = %s", [user_id]).fetchone()
    return row[0] if row else 0


def opens(bucket: SealedBucket, key: str, owner: UUID, wrapped_key: bytes | None) -> bool:
    try:
        bucket.read(key, owner=str(owner), wrapped_key=wrapped_key)
    except Unsealable:
        return False
    return True


def test_parts_and_archives_open_with_their_owners_key_and_for_nobody_who_has_all_but_that(
    copying: Copying, ada: UUID, database: Database
) -> None:
    request = copying.ask(ada)
    copying.give_others(request, "billing")
    copying.clock.advance(timedelta(days=2))
    copying.desk().assemble_next()
    keys = part_keys(database, request)
    assert all(is_under_a_person(key or b"") for key in keys.values())
    stored = [f"{request.id}/{name}" for name in copying.stored(request)]
    assert len(stored) == len(HOLDERS)
    assert all(opens(copying.sealed, name, ada, keys.get(name)) for name in stored)
    copying.fetch(request).close()
    for keyring in (KEYRING, EXPORT_KEYS):
        thief = SealedBucket(copying.store, copying.bucket, Sealer(keyring), "export")
        assert not any(opens(thief, name, ada, wrapped) for name in stored for wrapped in (None, *keys.values()))
    with database.begin() as connection:
        connection.execute("DELETE FROM person_keys WHERE user_id = %s", [ada])
    assert not any(opens(copying.sealed, name, ada, keys.get(name)) for name in stored)


def test_parts_of_the_release_before_are_put_together_and_its_archives_fetched(
    copying: Copying, ada: UUID, database: Database
) -> None:
    request = copying.ask(ada)
    for service in HOLDERS:
        copying.give(request, service, old=service != "billing")
    assert sum(key is None for key in part_keys(database, request).values()) == len(HOLDERS) - 1
    copying.desk().assemble_next()
    with copying.fetch(request) as archive:
        assert archive.testzip() is None
        before = archive.namelist()
    # As the release before left it, under the keyring.
    (name,) = copying.stored(request)
    key = f"{request.id}/{name}"
    whole = copying.sealed.read(key, owner=str(ada))
    copying.shared.put(key, whole, owner=str(ada))
    with copying.fetch(request) as archive:
        assert archive.namelist() == before


def test_a_part_whose_key_does_not_open_is_asked_for_again(copying: Copying, ada: UUID) -> None:
    request = copying.ask(ada)
    copying.give_others(request, "billing")
    another = Sealer(Keyring({1: b"of another house, 32 bytes long "}, current=1))
    key = f"{request.id}/billing-1.part"
    wrapped = SealedBucket(copying.store, copying.bucket, another, "export").put_pieces_detached(
        key, written([cover("billing")]), owner=str(ada)
    )
    copying.tell(request, "billing", key, wrapped)
    states = {part.service: part.state for part in copying.read(request).parts}
    assert states["billing"] is PartState.FAILED
    copying.give(request, "billing", attempt=2)
    states = {part.service: part.state for part in copying.read(request).parts}
    assert states["billing"] is PartState.DONE


def test_a_part_told_twice_is_one_part(copying: Copying, ada: UUID, database: Database) -> None:
    request = copying.ask(ada)
    copying.give(request, "billing")
    copying.give_others(request)
    copying.desk().assemble_next()
    copying.fetch(request).close()
    assert len(part_keys(database, request)) == len(HOLDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """The store, whose bucket has another name in these tests than in the inventory."""

    store: ObjectStore
    bucket: str

    def delete_all(self, _bucket: str, name: str) -> int:
        return self.store.delete_all(self.bucket, name)

    def count_all(self, _bucket: str, name: str) -> int:
        return self.store.count_all(self.bucket, name)


@pytest.fixture
def erase(copying: Copying, service: Service[Work]) -> Callable[[UUID], None]:
    """Privacy's own eraser, as the studio runs it."""

    def erase(user_id: UUID) -> None:
        request_id, now = uuid4(), copying.clock.now()
        with copying.unit.open() as opened:
            Tombstones(opened.connection).add(FENCE.mark(user_id), request_id, at=now)
            Erasures(opened.connection, opened.clock, "privacy").begin(request_id, user_id)
        settings = service.settings.model_copy(update={"receipt_private_key": SecretStr(PRIVATE_KEY)})
        mine = replace(service, settings=settings, unit=copying.unit)
        eraser = Eraser(mine, FENCE, None, Renamed(store=copying.store, bucket=copying.bucket))
        assert eraser.run() == 1
        with copying.unit.open() as opened:
            done = Erasures(opened.connection, opened.clock, "privacy").find(request_id)
        assert done is not None
        assert done.state == "erased"

    return erase


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Puts an archive together, and lets something happen on the way: before a piece, after the last, or once it lies
    in the store and is not announced."""

    maker: Assembler
    when: int | str
    happens: Callable[[], None]

    def put(self, gathering: Gathering, through: Callable[[Iterator[bytes]], Iterator[bytes]]) -> int:
        def watched(pieces: Iterator[bytes]) -> Iterator[bytes]:
            for number, piece in enumerate(through(pieces)):
                if number == self.when:
                    self.happens()
                yield piece
            if self.when == "written":
                self.happens()

        length = self.maker.put(gathering, watched)
        if self.when == "stored":
            self.happens()
        return length


@pytest.mark.parametrize("when", [0, 4, "written", "stored"])
@pytest.mark.parametrize("at_hand", [True, False], ids=["the key at hand", "the key read each time"])
def test_an_erasure_while_an_archive_is_written_leaves_no_part_no_archive_and_no_key(
    copying: Copying, ada: UUID, database: Database, erase: Callable[[UUID], None], *, when: int | str, at_hand: bool
) -> None:
    request = copying.ask(ada)
    copying.give_others(request)
    assert count(database, ada) == 1
    erased: list[int] = []

    def erase_meanwhile() -> None:
        erase(ada)
        erased.append(1)

    keys = PersonKeys(KEYRING, fence=FENCE, cache=None if at_hand else KeyCache(seconds=0))
    sealer = keys.sealer_of(copying.unit.database, copying.clock, keyring=EXPORT_KEYS)
    maker = Assembler(SealedBucket(copying.store, copying.bucket, sealer, "export"))
    desk = ArchiveDesk(unit=copying.unit, maker=Interrupted(maker, when, erase_meanwhile), store=copying.shelf)
    desk.assemble_next()
    assert erased == [1]
    assert (copying.stored(request), count(database, ada), part_keys(database, request)) == ([], 0, {})
    # Whoever comes late finds nobody to write for, and makes no key again.
    copying.give(request, "billing", attempt=2)
    assert copying.desk().assemble_next() == 0
    copying.desk().sweep_strays()
    assert (copying.stored(request), count(database, ada)) == ([], 0)


def test_a_part_that_was_being_told_when_its_owner_was_erased_leaves_no_key(
    copying: Copying, ada: UUID, database: Database, erase: Callable[[UUID], None]
) -> None:
    request = copying.ask(ada)
    copying.give(request, "billing")
    backup = part_keys(database, request)
    sealed = {key: copy_of(copying, key) for key in backup}
    erase(ada)
    copying.give(request, "gateway")
    assert (count(database, ada), part_keys(database, request)) == (0, {})
    # A backup of rows and objects, made before: all but the key is there again.
    for key, (data, metadata) in sealed.items():
        copying.store.put(copying.bucket, key, data, length=None, metadata=metadata)
        assert not opens(copying.sealed, key, ada, backup[key])
        copying.store.delete(copying.bucket, key)


def copy_of(copying: Copying, key: str) -> Any:
    with copying.store.get(copying.bucket, key) as stored:
        return BytesIO(stored.stream.read()), dict(stored.metadata)
