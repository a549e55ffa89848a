"""The whole house on one thread: five services on real Postgres, and chance instead of a broker.

Their outbox rows are read, carried and deleted, their inboxes are real; what arrives is late, out of
order, repeated, or told again because a relay died between publishing and deleting.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from common.clock import MovableClock
from common.contracts import EVENTS, Envelope, Event, decode
from common.intake import Intake
from common.work import UnitOfWork
from generation.adapters.catalogue import read_catalogue
from generation.domain import LONGEST_PAINTING, STUDIO, Painters
from generation.jobs import Album, Workshop
from tests.fakes.brokerless import BrokerlessConsumer
from tests.fakes.engine import FakeEngine
from tests.fakes.stores import MemoryPhotos, MemoryPictures, MemorySavedPhotos, as_painted, measured

LEASE = timedelta(seconds=20)
PATIENCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One service: its rows, what it listens to, and what is on its way to it."""

    unit: UnitOfWork[Any]
    listens_to: frozenset[type[Event]]
    consumer: BrokerlessConsumer[Any]
    close: Callable[[], None]
    arriving: list[Envelope] = field(default_factory=list[Envelope])

    @classmethod
    def of(cls, unit: UnitOfWork[Any], subscriptions: Mapping[Any, Any]) -> "Room":
        """A service with these subscriptions."""
        intake = Intake(database=unit.database, unit=unit, subscriptions=subscriptions)
        return cls(
            unit=unit, listens_to=frozenset(subscriptions), consumer=BrokerlessConsumer(intake), close=intake.close
        )

    def publish(self, rooms: "Sequence[Room]", *, forget: bool = True) -> list[bytes]:
        """Bring every event that is recorded to those who listen, and forget it; returns them."""
        with self.unit.database.begin() as connection:
            rows = connection.execute("SELECT seq, body FROM outbox ORDER BY seq").fetchall()
            for _, body in rows:
                envelope = decode(body, EVENTS)
                for room in rooms:
                    if type(envelope.event) in room.listens_to:
                        room.arriving.append(envelope)
            if forget:
                connection.execute("DELETE FROM outbox WHERE seq = ANY(%s)", [[seq for seq, _ in rows]])
        return [body for _, body in rows]

    def take_all(self) -> None:
        """Take what has arrived, in its order; what came too early stays."""
        arrived, self.arriving[:] = list(self.arriving), []
        self.arriving.extend(early for each in arrived for early in self.consumer.take([each]))


class House:
    """Does one thing after another, as chance has it, until nothing is left to do."""

    def __init__(self, rooms: Sequence[Room], workshop: UnitOfWork[Any], clock: MovableClock, chance: Random) -> None:
        self._rooms = rooms
        self._clock = clock
        self._chance = chance
        self.engine = FakeEngine()
        self.photos = MemoryPhotos()
        self.pictures = MemoryPictures()
        self.told: dict[str, bytes] = {}
        self.saved = MemorySavedPhotos()
        self._album = Album(unit=workshop, uploads=self.photos, store=self.saved, develop=measured)
        self._workshop = Workshop(
            unit=workshop,
            engines={STUDIO: self.engine},
            painters=Painters(styles=read_catalogue()),
            photos=self.photos,
            pictures=self.pictures,
            finish=as_painted,
            lease=LEASE,
        )

    def run(self, *whims: Callable[[], None]) -> None:
        """Until it is quiet; each whim happens once, at a moment of chance's choosing."""
        left = list(whims)
        for _ in range(PATIENCE):
            moves: list[Callable[[], object]] = [self._relay, self._deliver, self._deliver, self._workshop_turn]
            if left and self._chance.random() < 0.1:
                moves = [left.pop(self._chance.randrange(len(left)))]
            self._chance.choice(moves)()
            if not left and self._quiet():
                return
        raise AssertionError("the house never came to rest")

    def types_told(self, subject: object) -> Counter[str]:
        """How often each type of event was told of a subject, each event once."""
        told = [json.loads(body) for body in self.told.values()]
        return Counter(body["type"] for body in told if body.get("subject") == str(subject))

    def _relay(self) -> None:
        """Publish some room's outbox; one time in five the relay dies before it deletes."""
        room = self._chance.choice(self._rooms)
        for body in room.publish(self._rooms, forget=self._chance.random() < 0.8):
            self.told[json.loads(body)["id"]] = body

    def _deliver(self) -> None:
        """Some of what is on its way to some room, in any order; one time in five it comes again."""
        room = self._chance.choice(self._rooms)
        self._chance.shuffle(room.arriving)
        count = self._chance.randint(0, len(room.arriving))
        batch, room.arriving[:] = room.arriving[:count], room.arriving[count:]
        if batch:
            again = [each for each in batch if self._chance.random() < 0.2]
            room.arriving.extend([*room.consumer.take(batch), *again])

    def _workshop_turn(self) -> None:
        turns = (
            self._workshop.render_next,
            self._workshop.delete_uploads,
            self._workshop.sweep_attempts,
            self._album.save_photos,
            self._album.delete_photos,
            lambda: self._clock.advance(timedelta(seconds=self._chance.randint(0, 5))),
            # What an attempt left is swept only when nobody can be storing any more.
            lambda: self._clock.advance(LONGEST_PAINTING),
        )
        self._chance.choice(turns)()

    def _quiet(self) -> bool:
        if any(room.arriving for room in self._rooms):
            return False
        return all(_nothing_left(room.unit) for room in self._rooms) and not self._open_work()

    def _open_work(self) -> int:
        with self._workshop.unit.database.begin() as connection:
            row = connection.execute(
                """
                SELECT (SELECT count(*) FROM figurines WHERE finished_at IS NULL)
                     + (SELECT count(*) FROM uploads WHERE state <> 'deleted')
                     + (SELECT count(*) FROM attempts WHERE NOT swept)
                     + (SELECT count(*) FROM saved_photos WHERE state <> 'saved')
                """
            ).fetchone()
        return int(row[0]) if row else 0


def _nothing_left(unit: UnitOfWork[Any]) -> bool:
    with unit.database.begin() as connection:
        return connection.execute("SELECT 1 FROM outbox LIMIT 1").fetchone() is None
