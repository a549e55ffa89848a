"""Whether the clocks agree by which things are destroyed: this machine's, the database's and the object store's.

    Timekeeper(clock=…, database=…, store=…).check()       raises ClocksDisagree

No one of them is believed against another: while they disagree nothing is destroyed for its age, and that is noticed.
A jump of all of them at once, as where they stand on one machine, shows against the time this process has run.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from common.clock import Clock
from common.database import Database
from common.errors import Unavailable
from common.storage import ObjectStore

# Far more than clocks that are kept right ever differ, far less than any period.
BOUND = timedelta(minutes=5)
# Time for somebody to put a clock right, and half of what the deadline of an upload leaves (promise K1).
BELIEVED_AFTER = timedelta(minutes=30)

HERE = "this machine's clock"


class ClocksDisagree(Exception):
    """What is old cannot be told from what is young."""


def since_start() -> float:
    """Seconds that nobody can set; where the system counts them, also those in which it slept."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True, kw_only=True)
class Timekeeper:
    """Compares what a service's sweeps stand on. One in each process; its threads may share it."""

    clock: Clock
    database: Database
    store: ObjectStore | None = None
    counter: Callable[[], float] = since_start
    _looked: tuple[datetime, float] | None = field(default=None, init=False)
    _astray: bool = field(default=False, init=False)
    _jumped: tuple[float, timedelta] | None = field(default=None, init=False)

    def check(self) -> None:
        """Raises ClocksDisagree, in a sentence; psycopg.OperationalError and Unavailable without a database."""
        jump = self._jump()
        was_astray, self._astray = self._astray, True
        compare({HERE: self.clock.now(), **self._others()})
        self._astray = False
        # One that ends a disagreement is a clock that was put right.
        if abs(jump) > BOUND and not was_astray:
            self._jumped = self.counter(), jump
        if self._jumped is not None and self.counter() - self._jumped[0] < BELIEVED_AFTER.total_seconds():
            message = f"{HERE} jumped by {_words(self._jumped[1])}"
            raise ClocksDisagree(message)

    def _others(self) -> dict[str, datetime]:
        with self.database.begin() as connection:
            ((now,),) = connection.execute("SELECT clock_timestamp()").fetchall()
        told: dict[str, datetime] = {"the database's": now}
        if self.store is not None:
            try:
                told["the object store's"] = self.store.now()
            except Unavailable:
                # What lies in the store cannot be swept while it is away; rows need not wait for it.
                return told
        return told

    def _jump(self) -> timedelta:
        """How much further this machine's clock went since the last look than time did."""
        before, self._looked = self._looked, (self.clock.now(), self.counter())
        if before is None:
            return timedelta(0)
        return (self._looked[0] - before[0]) - timedelta(seconds=self._looked[1] - before[1])


def compare(clocks: Mapping[str, datetime]) -> None:
    """Raises ClocksDisagree unless all are within five minutes; where two of three agree, it names the third."""
    first, last = min(clocks, key=clocks.__getitem__), max(clocks, key=clocks.__getitem__)
    apart = clocks[last] - clocks[first]
    if apart <= BOUND:
        return
    odd = [name for name in clocks if _agree([clocks[other] for other in clocks if other != name])]
    if len(clocks) > 2 and len(odd) == 1:
        rest = next(moment for name, moment in clocks.items() if name != odd[0])
        message = f"{odd[0]} is {_words(clocks[odd[0]] - rest)} from the others"
    else:
        message = f"{first} is {_words(apart)} behind {last}"
    raise ClocksDisagree(message)


def _agree(moments: list[datetime]) -> bool:
    return max(moments) - min(moments) <= BOUND


def _words(apart: timedelta) -> str:
    return f"{round(apart.total_seconds())} s"
