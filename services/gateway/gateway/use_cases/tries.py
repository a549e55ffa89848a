"""Counting tries before they are made, so that many at once count, too."""

from collections.abc import Iterable, Sequence

from gateway.domain.tries import Guard, Limit, TooManyTries, seconds_of
from gateway.repository import Work


def count(work: Work, limits: Iterable[Limit]) -> None:
    """Count a try with every one of these, in their order. Raises TooManyTries; then nothing may be committed."""
    for limit in limits:
        wait = work.tries.take(limit)
        if wait:
            raise TooManyTries(retry_after_seconds=seconds_of(wait))


def begin(work: Work, guard: Guard) -> Sequence[Limit]:
    """Count a try of a password; returns by what. Raises TooManyTries; then nothing may be committed.

    In one order, so that two who share an account and a network do not wait for each other.
    """
    if guard.device is not None:
        count(work, [guard.device])
        return [guard.device]
    count(work, [guard.pair])
    shared = guard.account
    if work.tries.take(guard.account):
        count(work, [guard.reserve])
        shared = guard.reserve
    count(work, [guard.network])
    return [guard.pair, shared, guard.network]


def succeed(work: Work, guard: Guard, counted: Iterable[Limit]) -> None:
    """It was right: what this device tried before is forgiven, and of what it shares with others only this try."""
    for limit in counted:
        if limit in {guard.device, guard.pair}:
            work.tries.forgive(limit)
        else:
            work.tries.give_back(limit)
