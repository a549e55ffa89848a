"""Waiting for an answer, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

from ops.demo.failures import DemoFailed

T = TypeVar("T")

PAUSE_SECONDS = 0.1


def wait_for(ask: Callable[[], T | None], what: str, *, seconds: float) -> T:
    """The first answer that is not None; raises DemoFailed naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while (answer := ask()) is None:
        if time.monotonic() > end:
            message = f"{what} did not come within {seconds:.0f} s. Look with `make logs`."
            raise DemoFailed(message)
        time.sleep(PAUSE_SECONDS)
    return answer
