"""Audits on a schedule: when the last one is old enough, whoever made it, and filed whatever comes between."""

import os
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event
from types import FrameType

import structlog

from ops.audit.filing import NotFiled, age_of_last, file
from ops.audit.findings import Check
from ops.audit.running import CHECKS, Audit, audit
from ops.audit.target import Target

# How often it looks whether one is due: a clock that jumps, or another audit, is noticed that soon.
LOOK = timedelta(minutes=1)
# The studio has something better to do first.
_POLITE = 10
log = structlog.get_logger("ops.audit")


class Schedule:
    """Keeps audits coming. `look` is called every minute; an audit that could not be filed is filed first."""

    def __init__(self, see: Callable[[], Target], *, every: timedelta, checks: Sequence[Check] = CHECKS) -> None:
        self._see = see
        self._checks = checks
        self._every = every
        self._unfiled: Audit | None = None

    def look(self) -> None:
        """File what waits, or audit if it is time. Raises NotFiled while nobody takes or tells anything."""
        target = self._see()
        stack = target.running
        if self._unfiled is None:
            age = age_of_last(stack)
            # One that lies in the future was made under another clock, and proves nothing.
            if age is not None and -LOOK <= age < self._every:
                return
            self._unfiled = audit(target, by="schedule", checks=self._checks)
        file(self._unfiled, stack)
        log.info("audit filed", audit=str(self._unfiled.id), **self._unfiled.counts)
        self._unfiled = None


def keep(schedule: Schedule) -> None:
    """Look once a minute until SIGTERM or SIGINT."""
    os.nice(_POLITE)
    ended = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    # The first minute belongs to what has just started.
    while not ended.wait(LOOK.total_seconds()):
        try:
            schedule.look()
        except Exception as error:
            log.warning("audit not filed", why=str(error) if isinstance(error, NotFiled) else type(error).__name__)
