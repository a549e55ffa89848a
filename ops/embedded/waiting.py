"""Waiting for a condition, with an end."""

import time
from collections.abc import Callable

from ops.embedded.failures import StackFailed

_PAUSE_SECONDS = 0.05


def until(condition: Callable[[], bool], what: str, *, seconds: float) -> None:
    """Return once the condition holds; raise StackFailed naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            message = f"{what} did not happen within {seconds:.0f} s."
            raise StackFailed(message)
        time.sleep(_PAUSE_SECONDS)


def holds(attempt: Callable[[], None], *errors: type[Exception]) -> bool:
    """Whether the attempt ends without one of these errors."""
    try:
        attempt()
    except errors:
        return False
    return True
