"""The worker role: event door, clock door and internal port in one process, alive or gone.

work(service: Service[W], *, metrics_bind: str | None) -> int      the exit code
"""

import signal
from collections.abc import Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from types import FrameType
from typing import Protocol

import structlog

from common import metrics, tracing
from common.clock_door import ClockDoor
from common.event_door import EventDoor
from common.health import Readiness
from common.probes.desk import probe_jobs
from common.rights import rights_of
from common.service import Service, W
from common.timekeeping import Timekeeper
from common.upkeep import upkeep

DRAIN_SECONDS = 18.0
_LOOK_UP_SECONDS = 0.5
_log = structlog.stdlib.get_logger("common.worker")


class Door(Protocol):
    """Where work comes in: blocks in `run` until `stop`."""

    def run(self) -> None:
        """Take work until stopped, then finish what was taken."""
        ...

    def stop(self) -> None:
        """Take no more; thread-safe."""
        ...

    def healthy(self) -> bool:
        """Whether work can come in."""
        ...


class Stop:
    """The wish to stop. A signal's handler may set it wherever the signal struck.

    An Event may not: a thread that is interrupted while it looks at one still holds the lock that setting it needs.
    """

    def __init__(self) -> None:
        self._wishes: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Wish to stop; again is nothing new."""
        self._wishes.put(None)

    def wait(self) -> None:
        """Return when somebody wishes it."""
        while True:
            # A signal may strike another thread; its handler runs when this one next looks up.
            with suppress(Empty):
                return self._wishes.get(timeout=_LOOK_UP_SECONDS)


class DoorClosed(Exception):
    """A door cannot take work."""


def work(service: Service[W], *, metrics_bind: str | None) -> int:
    """Keep both doors open until SIGTERM or SIGINT; 0 when everything taken was finished."""
    tracing.configure(service.name, service.settings)
    doors = doors_of(service)
    stop = _stop_signal()
    port = _internal_port(service, doors, metrics_bind)
    code = attend(doors, stop)
    if port is not None:
        port.close()
    service.close()
    service.unit.database.close()
    return code


def doors_of(service: Service[W]) -> dict[str, Door]:
    """The doors of a service: the events it takes and publishes, and what the clock asks of it."""
    database = service.unit.database
    rights = rights_of(service)
    return {
        "events": EventDoor(
            service=service.name,
            broker_url=service.settings.broker_url.get_secret_value(),
            ca_file=service.settings.ca_file,
            database=database,
            unit=service.unit,
            subscriptions={**service.subscriptions, **rights.subscriptions},
        ),
        "clock": ClockDoor(
            jobs=[*service.jobs, *rights.jobs, *probe_jobs(service), *upkeep(service)],
            database=database,
            timekeeper=Timekeeper(clock=service.unit.clock, database=database, store=service.store),
        ),
    }


def attend(doors: Mapping[str, Door], stop: Stop, *, drain_seconds: float = DRAIN_SECONDS) -> int:
    """Run every door in a thread until `stop` or until one dies; 0 only for an orderly end."""
    ended: list[str] = []

    def keep_open(name: str, door: Door) -> None:
        try:
            door.run()
        finally:
            ended.append(name)
            stop.set()

    threads = {
        name: Thread(target=keep_open, args=(name, door), name=f"{name}-door", daemon=True)
        for name, door in doors.items()
    }
    for thread in threads.values():
        thread.start()
    _log.info("worker open", doors=sorted(doors))
    stop.wait()
    # Nobody told a door to end yet: one that did, died.
    dead = list(ended)
    if dead:
        _log.critical("door died", doors=dead)
    return 1 if _drain(doors, threads, drain_seconds) or dead else 0


def _drain(doors: Mapping[str, Door], threads: Mapping[str, Thread], seconds: float) -> list[str]:
    """Stop them all and wait; returns the doors that did not finish in time."""
    for door in doors.values():
        door.stop()
    deadline = monotonic() + seconds
    for thread in threads.values():
        thread.join(max(0.0, deadline - monotonic()))
    late = [name for name, thread in threads.items() if thread.is_alive()]
    if late:
        _log.error("door did not drain", doors=late, seconds=seconds)
    return late


def _stop_signal() -> Stop:
    stop = Stop()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop


def _internal_port(service: Service[W], doors: Mapping[str, Door], bind: str | None) -> metrics.InternalServer | None:
    if bind is None:
        return None
    checks = {"database": service.unit.database.check, **service.checks}
    checks |= {name: _check(door) for name, door in doors.items()}
    return metrics.serve(bind, readiness=Readiness(checks).examine, tls=service.settings.tls)


def _check(door: Door):
    def check() -> None:
        if not door.healthy():
            raise DoorClosed

    return check
