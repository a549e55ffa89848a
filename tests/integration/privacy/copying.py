"""Everything a copy needs: privacy's desk on real servers, and parts as services give them."""

import json
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from common.clock import MovableClock
from common.contracts.rights import ExportPartFailed, ExportPartReady
from common.parts.layout import Draft, Kind, written
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore, SealedBucket
from common.work import UnitOfWork
from privacy.adapters.archive import ArchiveShelf, Assembler
from privacy.domain import HOLDERS, Request
from privacy.domain import Kind as RequestKind
from privacy.domain.archives import Gathering
from privacy.jobs.archives import ArchiveDesk
from privacy.repository import Work
from privacy.use_cases import archives, requests

POLICY = "2026-11-01"
KEYRING = Keyring({1: b"p" * 32}, current=1)
EXPORT_KEYS = Keyring({1: b"e" * 32}, current=1)


def record(key: str, what: str, **more: Any) -> dict[str, Any]:
    """What a cover says of one kind of record."""
    words = {"category": "Your account: your name.", "purposes": ["To run it."], "kept": "For good.", "erased": "Gone."}
    return {"key": key, "what": what, **words, "columns": {}, "withheld": [], "rows": None, **more}


def cover(service: str, *records: Mapping[str, Any], **more: Any) -> Draft:
    told = {"service": service, "records": records, "nobody": [], "retained": [], "unreadable": [], **more}
    return Draft(path="cover.json", kind=Kind.COVER, pieces=whole(json.dumps(told).encode()))


def whole(data: bytes) -> Generator[bytes]:
    yield data


def draft(path: str, data: bytes, kind: Kind = Kind.FILE) -> Draft:
    return Draft(path=path, kind=kind, pieces=whole(data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """Privacy's desk, its clock and its bucket."""

    unit: UnitOfWork[Work]
    clock: MovableClock
    store: ObjectStore
    bucket: str

    @property
    def sealed(self) -> SealedBucket:
        """As privacy opens and seals, in a process that has just started."""
        sealer = PersonKeys(KEYRING).sealer_of(self.unit.database, self.clock, keyring=EXPORT_KEYS)
        return SealedBucket(self.store, self.bucket, sealer, "export")

    @property
    def shared(self) -> SealedBucket:
        """As every service seals its part."""
        return SealedBucket(self.store, self.bucket, Sealer(EXPORT_KEYS), "export")

    @property
    def shelf(self) -> ArchiveShelf:
        return ArchiveShelf(self.store, self.sealed, bucket=self.bucket)

    def desk(self, before_piece: Callable[[], None] = lambda: None) -> ArchiveDesk:
        """Who puts archives together; `before_piece` is called before each piece is stored."""
        return ArchiveDesk(unit=self.unit, maker=Watched(Assembler(self.sealed), before_piece), store=self.shelf)

    def ask(self, user_id: UUID, kind: RequestKind = RequestKind.ACCESS) -> Request:
        with self.unit.begin() as work:
            return requests.ask(work, user_id, kind, policy_version=POLICY, think_again=timedelta(0))

    def read(self, request: Request) -> Request:
        with self.unit.begin() as work:
            return requests.read_request(work, request.user_id, request.id)

    def give(self, request: Request, service: str, *drafts: Draft, attempt: int = 1, old: bool = False) -> None:
        """A service's part, announced; by an `old` one, with its key beside it."""
        key = f"{request.id}/{service}-{attempt}.part"
        pieces, wrapped_key = written(drafts or (cover(service),), entries_in_a_block=3), b""
        if old:
            self.shared.put_pieces(key, pieces, owner=str(request.user_id))
        else:
            wrapped_key = self.shared.put_pieces_detached(key, pieces, owner=str(request.user_id))
        self.tell(request, service, key, wrapped_key)

    def tell(self, request: Request, service: str, key: str, wrapped_key: bytes) -> None:
        """A part is announced."""
        told = b64encode(wrapped_key).decode()
        event = ExportPartReady(
            request_id=request.id, service=service, object=key, bytes=1, sha256="", wrapped_key=told
        )
        with self.unit.begin() as work:
            archives.take_part(work, event)

    def give_others(self, request: Request, *services: str) -> None:
        """The parts of all but these services."""
        for service in HOLDERS:
            if service not in services:
                self.give(request, service)

    def fail(self, request: Request, service: str) -> None:
        with self.unit.begin() as work:
            archives.note_failed_part(work, ExportPartFailed(request_id=request.id, service=service))

    def fetch(self, request: Request) -> ZipFile:
        with self.unit.begin() as work:
            key, length = archives.read_archive(work, request.user_id, request.id).downloadable()
        data = self.sealed.read(key, owner=str(request.user_id))
        assert len(data) == length
        return ZipFile(BytesIO(data))

    def stored(self, request: Request) -> list[str]:
        return [found.key.partition("/")[2] for found in self.store.list(self.bucket, f"{request.id}/")]


@contextmanager
def copying_in(unit: UnitOfWork[Work], clock: MovableClock, store: ObjectStore, bucket: str) -> Generator[Copying]:
    """Privacy's desk, which leaves nothing behind."""
    yield Copying(unit=unit, clock=clock, store=store, bucket=bucket)
    store.abort_uploads(bucket)
    for found in list(store.list(bucket)):
        store.delete(bucket, found.key)
    with unit.database.begin() as connection:
        connection.execute("DELETE FROM archives")
        connection.execute("DELETE FROM erasures")
        connection.execute("DELETE FROM requests WHERE kind IN ('access', 'portability')")


@dataclass(frozen=True, slots=True)
class Watched:
    maker: Assembler
    before_piece: Callable[[], None]

    def put(self, gathering: Gathering, through: Callable[[Iterator[bytes]], Iterator[bytes]]) -> int:
        def watched(pieces: Iterator[bytes]) -> Iterator[bytes]:
            for piece in through(pieces):
                self.before_piece()
                yield piece

        return self.maker.put(gathering, watched)
