"""A toy service for the tests of the event door, in this process or one of its own.

python -m tests.integration.common.events.toy SERVICE DATABASE BROKER CA   listens to `toy.asked`
"""

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from common.clock import Clock
from common.contracts import Event
from common.database import Connection, Database
from common.event_door import EventDoor
from common.outbox import Outbox
from common.subscriptions import Subscriptions
from common.work import UnitOfWork

PATIENCE_SECONDS = 30.0

TABLES = """
    CREATE TABLE effects (n integer NOT NULL, place bigint GENERATED ALWAYS AS IDENTITY);
    CREATE TABLE causes (n integer PRIMARY KEY);
"""


class Asked(Event):
    type: ClassVar[str] = "toy.asked"
    n: int


class Answered(Event):
    type: ClassVar[str] = "toy.answered"
    n: int


class Pondered(Event):
    type: ClassVar[str] = "toy.pondered"
    n: int


class Unheard(Event):
    type: ClassVar[str] = "toy.unheard"
    n: int


class Work:
    def __init__(self, connection: Connection, outbox: Outbox, _clock: Clock) -> None:
        self.connection = connection
        self.outbox = outbox


def note(work: Work, event: Asked | Answered | Pondered) -> None:
    """Not idempotent on purpose: twice would show."""
    work.connection.execute("INSERT INTO effects (n) VALUES (%s)", [event.n])


def note_and_answer(work: Work, event: Asked) -> None:
    note(work, event)
    work.outbox.add(Answered(n=event.n))


def door(
    service: str, *, database: Database, broker_url: str, ca_file: Path | None, subscriptions: Subscriptions[Work]
) -> EventDoor[Work]:
    unit = UnitOfWork(service=service, database=database, build=Work)
    return EventDoor(
        service=service,
        broker_url=broker_url,
        ca_file=ca_file,
        database=database,
        unit=unit,
        subscriptions=subscriptions,
    )


def eventually(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as the condition holds; fail when it does not in time."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it did not come to pass")


def main(service: str, database_url: str, broker_url: str, ca_file: str) -> None:
    database = Database(database_url, application=service)
    running = door(
        service,
        database=database,
        broker_url=broker_url,
        ca_file=Path(ca_file) if ca_file else None,
        subscriptions={Asked: note_and_answer},
    )
    signal.signal(signal.SIGTERM, lambda *_: running.stop())
    running.run()
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
