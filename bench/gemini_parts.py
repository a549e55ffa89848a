"""What the Gemini benchmark stands on: an emulator, two services without a broker between them, stores in memory."""

# ruff: noqa: ARG002 - stores have the arguments of their ports

import hashlib
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from threading import Lock
from typing import Any
from uuid import UUID

from PIL import Image

from common.contracts import EVENTS, Envelope, Event, decode
from common.errors import NotFound, NotYet
from common.intake import Intake
from common.work import UnitOfWork
from generation.domain import Origin, UploadKeys
from generation.ports import Finished, ImageEngine, OpenPicture, Painting, PaintOrder, Photo, PhotoMissing, Size
from ops.embedded.site import PROJECT
from ops.emulators.gemini import DEFAULT_KEY
from ops.emulators.gemini.control import Control

_BATCH = 200


def photo() -> bytes:
    """A photo that costs nothing to decode: what is measured is not the decoder."""
    sink = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(sink, "JPEG")
    return sink.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An emulator: where it answers, with which key, and the door for control."""

    base_url: str
    key: str
    control: Control


@contextmanager
def emulator() -> Iterator[Running]:
    """One whose pictures are the labelled photo, ended with the block."""
    command = [sys.executable, "-m", "ops.emulators.gemini", "--plain"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().rsplit(" ", 1)[1].strip()
            with Control(address) as control:
                yield Running(base_url=address, key=DEFAULT_KEY, control=control)
        finally:
            process.terminate()


class Photos:
    """Every photo is there until it is deleted; its title is nobody else's, so that no two orders say the same."""

    def __init__(self) -> None:
        self._jpeg = photo()
        self._gone: set[UUID] = set()

    def read(self, upload_id: UUID, *, owner: UUID, keys: UploadKeys) -> Photo:
        if upload_id in self._gone:
            raise PhotoMissing
        return Photo(jpeg=self._jpeg, title=upload_id.hex, note="")

    def delete(self, upload_id: UUID) -> None:
        self._gone.add(upload_id)

    def strays(self, *, older_than: datetime) -> Iterator[UUID]:
        return iter(())


class Pictures:
    """How many pictures lie where."""

    def __init__(self) -> None:
        self.stored: set[str] = set()

    def put(self, prefix: str, size: Size, image: bytes, *, owner: UUID) -> None:
        self.stored.add(prefix)

    def open(self, prefix: str, size: Size, *, owner: UUID, span: tuple[int, int] | None = None) -> OpenPicture:
        raise NotFound  # only how many there are is kept

    def length(self, prefix: str, size: Size) -> int:
        return 0

    def sweep(self, prefix: str) -> int:
        swept = {place for place in self.stored if place.startswith(prefix)}
        self.stored -= swept
        return len(swept)


def as_painted(painting: Painting, _origin: Origin) -> Finished:
    """Neither sizes nor signatures: they cost the same whoever painted."""
    return Finished(
        media_type=painting.media_type,
        width=painting.width,
        height=painting.height,
        files={Size.FULL: painting.image},
    )


class Watched:
    """An engine, and how often it was asked for each figurine."""

    def __init__(self, engine: ImageEngine) -> None:
        self._engine = engine
        self._lock = Lock()
        self.asked = Counter[UUID]()
        # Which figurine a call on the wire was about: the emulator keeps the prompt's digest only.
        self.figurine_of: dict[str, UUID] = {}

    @property
    def name(self) -> str:
        return self._engine.name

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        with self._lock:
            self.asked[order.figurine_id] += 1
            self.figurine_of[hashlib.sha256(order.prompt.encode()).hexdigest()] = order.figurine_id
        return self._engine.paint(order)

    def close(self) -> None:
        self._engine.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service: its rows, what it listens to, and what came too early."""

    unit: UnitOfWork[Any]
    subscriptions: Mapping[type[Event], Any]
    intake: Intake[Any]
    early: deque[Envelope] = field(default_factory=deque[Envelope])

    @classmethod
    def of(cls, unit: UnitOfWork[Any], subscriptions: Mapping[type[Event], Any]) -> "Service":
        intake = Intake(database=unit.database, unit=unit, subscriptions=subscriptions)
        return cls(unit=unit, subscriptions=subscriptions, intake=intake)

    def take(self, envelopes: Sequence[Envelope]) -> None:
        """Together; one by one where that does not do."""
        try:
            self.intake.take(envelopes, wake_relay=False)
        except NotYet:
            if len(envelopes) == 1:
                self.early.extend(envelopes)
            else:
                for each in envelopes:
                    self.take([each])


class Post:
    """Brings what one service records to the others, in order; what came too early is brought again."""

    def __init__(self, *services: Service) -> None:
        self._services = services
        self.carried: list[Event] = []

    def carry(self) -> int:
        """One round; returns how many events were under way."""
        return sum(self._from(service) for service in self._services) + sum(map(self._again, self._services))

    def _from(self, service: Service) -> int:
        with service.unit.database.begin() as connection:
            rows = connection.execute("SELECT seq, body FROM outbox ORDER BY seq LIMIT %s", [_BATCH]).fetchall()
        envelopes = [decode(body, EVENTS) for _, body in rows]
        for other in self._services:
            wanted = [envelope for envelope in envelopes if type(envelope.event) in other.subscriptions]
            if wanted:
                other.take(wanted)
        self.carried.extend(envelope.event for envelope in envelopes)
        with service.unit.database.begin() as connection:
            connection.execute("DELETE FROM outbox WHERE seq = ANY(%s)", [[seq for seq, _ in rows]])
        return len(rows)

    @staticmethod
    def _again(service: Service) -> int:
        early, waiting = list(service.early), len(service.early)
        service.early.clear()
        for envelope in early:
            service.take([envelope])
        return waiting
