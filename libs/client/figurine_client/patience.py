"""How long to go on when the studio is away or busy."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom

_RANDOM = SystemRandom()


def pause(seconds: float) -> None:
    """Wait; Ctrl-C ends it at once."""
    threading.Event().wait(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often something is tried, and how long is waited in between (seconds)."""

    attempts: int = 5
    first: float = 0.5
    longest: float = 8.0
    # More than this is not waited for at once; the refusal is the caller's, with its `retry_after`.
    longest_asked_for: float = 60.0
    pause: Callable[[float], None] = pause

    def before(self, attempt: int, *, asked_for: float | None = None) -> float:
        """Seconds before another try after `attempt` failures: never sooner than asked for, nor in step with others."""
        whole = min(self.longest, self.first * 2 ** min(attempt - 1, 30))
        return max(_RANDOM.uniform(whole / 2, whole), asked_for or 0.0)
