"""Waiting: for a condition, with an end; for several things at once."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ops.embedded.failures import StackFailed

T = TypeVar("T")
_PAUSE_SECONDS = 0.1


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


def side_by_side(actions: Iterable[Callable[[], T]]) -> list[T]:
    """Do all of it at once, wait for every one, then raise the first error if there was any."""
    with ThreadPoolExecutor(max_workers=32) as threads:
        futures = [threads.submit(action) for action in actions]
    return [future.result() for future in futures]
