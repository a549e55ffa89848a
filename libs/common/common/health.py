"""Alive, and ready: what /healthz and /readyz answer.

Readiness(checks: Mapping[str, Callable[[], None]], patience_seconds=3.0).examine() -> Report
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock

import structlog

_log = structlog.stdlib.get_logger("common.health")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of every check: `ok` or `failed`."""

    checks: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """Whether traffic may come."""
        return all(outcome == "ok" for outcome in self.checks.values())

    @property
    def status(self) -> int:
        """200 or 503."""
        return 200 if self.ready else 503

    def body(self) -> dict[str, object]:
        """What the probe reads."""
        return {"status": "ok" if self.ready else "failed", "checks": dict(self.checks)}


class Readiness:
    """Asks every server a service stands on, all at once, and waits for none beyond its patience."""

    def __init__(self, checks: Mapping[str, Callable[[], None]], *, patience_seconds: float = 3.0) -> None:
        self._checks = checks
        self._patience = patience_seconds
        # Threads start with the first probe, so never before a fork.
        self._threads = ThreadPoolExecutor(max_workers=max(1, len(checks)), thread_name_prefix="readiness")
        self._asked: dict[str, Future[None]] = {}
        self._lock = Lock()

    def examine(self) -> Report:
        """Ask them all. A check that still hangs from an earlier probe has failed this one too."""
        with self._lock:
            for name, check in self._checks.items():
                if name not in self._asked or self._asked[name].done():
                    self._asked[name] = self._threads.submit(check)
            asked = dict(self._asked)
        wait(asked.values(), timeout=self._patience)
        return Report(checks={name: _outcome(name, future) for name, future in asked.items()})


def _outcome(name: str, future: Future[None]) -> str:
    if not future.done():
        _log.warning("check hangs", check=name)
        return "failed"
    error = future.exception()
    if error is not None:
        _log.warning("check failed", check=name, error=type(error).__name__)
        return "failed"
    return "ok"
