"""Our own worker: an EventDoor with inbox, outbox, relay, retries and dead letters."""

import signal
from pathlib import Path
from typing import ClassVar

from bench.events_shared import WRITE_EFFECT, place_from_argv
from common.clock import Clock
from common.contracts import Event
from common.database import Connection, Database
from common.event_door import EventDoor
from common.outbox import Outbox
from common.subscriptions import Subscriptions
from common.work import UnitOfWork


class Asked(Event):
    """A message of the load."""

    type: ClassVar[str] = "bench.asked"

    n: int
    sent_at: float
    padding: str


class Answered(Asked):
    """What the worker makes of it."""

    type: ClassVar[str] = "bench.answered"


class Work:
    """The rooms of the benchmark: one table."""

    def __init__(self, connection: Connection, outbox: Outbox, _clock: Clock) -> None:
        self.connection = connection
        self.outbox = outbox


def answer(work: Work, asked: Asked) -> None:
    work.connection.execute(WRITE_EFFECT, [asked.n])
    work.outbox.add(Answered(n=asked.n, sent_at=asked.sent_at, padding=asked.padding))


SUBSCRIPTIONS: Subscriptions[Work] = {Asked: answer}


def main() -> None:
    place = place_from_argv()
    database = Database(place.database, application=place.name)
    door = EventDoor(
        service=place.name,
        broker_url=place.broker,
        ca_file=Path(place.ca_file),
        database=database,
        unit=UnitOfWork(service=place.name, database=database, build=Work),
        subscriptions=SUBSCRIPTIONS,
    )
    signal.signal(signal.SIGTERM, lambda *_: door.stop())
    door.run()
    database.close()


if __name__ == "__main__":
    main()
