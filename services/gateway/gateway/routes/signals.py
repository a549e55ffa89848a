"""What the door notices of faults and threats: every answer that is a sign of one is counted once it is given."""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import psycopg
import structlog
from flask import Blueprint, Response, g, request

from common.current import Current
from common.errors import Unavailable
from common.work import UnitOfWork
from gateway.domain.signals import Counted, Noticed, hour_of, signal_of
from gateway.repository import Work
from gateway.use_cases import signals

log = structlog.get_logger(__name__)
routes = Blueprint("signals", __name__)


class Tally:
    """Counts what this process notices. One thread writes for all: whoever floods the door makes few writes of it.

    Where the database is away, it waits here for the next answer; a process that ends meanwhile takes it along.
    """

    def __init__(self, unit: UnitOfWork[Work]) -> None:
        self._unit = unit
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._noticed: Counter[tuple[datetime, str]] = Counter()

    @property
    def waiting(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._noticed)

    def note(self, signal: str) -> None:
        """Something was noticed now."""
        with self._lock:
            self._noticed[hour_of(self._unit.clock.now()), signal] += 1

    def write(self) -> None:
        """Write down what was noticed, unless another thread is at it, which then takes this along."""
        written = True
        while written and self._noticed and self._writing.acquire(blocking=False):
            try:
                written = self._write()
            finally:
                self._writing.release()

    def _write(self) -> bool:
        with self._lock:
            noticed: Mapping[tuple[datetime, str], int] = self._noticed
            self._noticed = Counter()
        counted = [Counted(hour=hour, signal=signal, count=count) for (hour, signal), count in noticed.items()]
        try:
            with self._unit.begin() as work:
                signals.note(work, counted)
        except (Unavailable, psycopg.Error) as error:
            log.warning("signals not counted yet", cause=type(error).__name__)
            with self._lock:
                self._noticed.update(noticed)
            return False
        return True


tally = Current(Tally)


@routes.after_app_request
def notice(response: Response) -> Response:
    """Count what this answer is a sign of, after it is given: nobody waits for that."""
    signal = signal_of(
        Noticed(
            rule=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            refusal=g.get("refusal"),
            token="Authorization" in request.headers,
        )
    )
    counts = tally()
    if signal is not None:
        counts.note(signal)
    if counts.waiting:
        response.call_on_close(counts.write)
    return response
