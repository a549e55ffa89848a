"""Counting tries before they are made, so that many at once count, too."""

from collections.abc import Iterable

from gateway.domain.tries import Limit, TooManyTries, seconds_of
from gateway.repository import Work


def count(work: Work, limits: Iterable[Limit]) -> None:
    """Count a try with every one of these, in their order. Raises TooManyTries; then nothing may be committed."""
    for limit in limits:
        wait = work.tries.take(limit)
        if wait:
            raise TooManyTries(retry_after_seconds=seconds_of(wait))
