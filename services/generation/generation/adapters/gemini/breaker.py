"""Leave a partner alone that fails again and again, and try it with one call after a while."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

import structlog
from pybreaker import (
    STATE_CLOSED,
    STATE_HALF_OPEN,
    STATE_OPEN,
    CircuitBreaker,
    CircuitBreakerError,
    CircuitBreakerListener,
    CircuitBreakerState,
    CircuitMemoryStorage,
)

from common.clock import Clock

from .failures import CallFailed
from .measures import BREAKER

_LEVELS = {STATE_CLOSED: 0, STATE_HALF_OPEN: 1, STATE_OPEN: 2}
_log = structlog.stdlib.get_logger("generation.gemini")


class Breaker:
    """pybreaker's states, told how calls ended: it would hold its lock for as long as a call takes."""

    def __init__(self, *, failures: int, seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._reset = timedelta(seconds=seconds)
        self._storage = CircuitMemoryStorage(STATE_CLOSED)
        # Time is kept here, by our clock; for pybreaker it is always over.
        self._circuit = CircuitBreaker(
            fail_max=failures,
            reset_timeout=0,
            exclude=[_is_no_illness],
            listeners=[_Announcer()],
            state_storage=self._storage,
            throw_new_error_on_trip=False,
        )
        self._lock = Lock()
        self._opened_at = clock.now()
        self._trying = False
        BREAKER.set(0)

    @property
    def state(self) -> str:
        """`closed`, `half-open` or `open`."""
        return self._storage.state

    def try_again(self) -> bool:
        """Let the next call try the way, though the pause is not over; False where calls are not held back.

        Nothing is closed by that: if this call fails, the pause begins anew.
        """
        with self._lock:
            if self._storage.state != STATE_OPEN:
                return False
            self._opened_at = self._clock.now() - self._reset
            return True

    @contextmanager
    def guarding(self) -> Generator[None]:
        """Make one call within; raises CallFailed with `retry_after` while no call may pass."""
        trial = self._enter()
        failure: CallFailed | None = None
        try:
            yield
        except CallFailed as failed:
            failure = failed
            raise
        finally:
            self._leave(failure, trial=trial)

    def _enter(self) -> bool:
        """Whether this call is the one that tries a way that was out of order."""
        with self._lock:
            if self._storage.state == STATE_CLOSED:
                return False
            remaining = (self._opened_at + self._reset - self._clock.now()).total_seconds()
            if remaining > 0 or self._trying:
                # While another call tries, what it finds is soon known.
                after = remaining if remaining > 0 else self._reset.total_seconds()
                raise CallFailed("engine_unavailable", "breaker_open", retry_after=after)
            self._circuit.half_open()
            self._trying = True
            return True

    def _leave(self, failure: CallFailed | None, *, trial: bool) -> None:
        with self._lock:
            if trial:
                self._trying = False
            elif self._storage.state != STATE_CLOSED:
                return  # a call from before it opened tells nothing new
            try:
                self._circuit.call(_ended, failure)
            except (CallFailed, CircuitBreakerError):
                if self._storage.state == STATE_OPEN:
                    self._opened_at = self._clock.now()


class _Announcer(CircuitBreakerListener):
    def state_change(
        self,
        cb: CircuitBreaker,  # noqa: ARG002 - pybreaker's signature
        old_state: CircuitBreakerState | None,
        new_state: CircuitBreakerState,
    ) -> None:
        BREAKER.set(_LEVELS[new_state.name])
        _log.warning("circuit breaker", was=None if old_state is None else old_state.name, now=new_state.name)


def _ended(failure: CallFailed | None) -> None:
    if failure is not None:
        raise failure


def _is_no_illness(error: CallFailed) -> bool:
    """A refusal is an answer: the partner is well."""
    return not error.ill
