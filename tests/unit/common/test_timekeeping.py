"""Which clock is astray, and what a jump looks like from inside."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from common.clock import MovableClock
from common.database import Database
from common.timekeeping import BELIEVED_AFTER, HERE, ClocksDisagree, Timekeeper, compare

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DATABASE, STORE = "the database's", "the object store's"


def clocks(here: timedelta, database: timedelta, store: timedelta | None = None) -> dict[str, datetime]:
    told = {HERE: NOON + here, DATABASE: NOON + database}
    return told if store is None else {**told, STORE: NOON + store}


@pytest.mark.parametrize(
    "agreeing",
    [
        clocks(timedelta(0), timedelta(minutes=5)),
        clocks(timedelta(minutes=-4), timedelta(0), timedelta(minutes=1)),
    ],
)
def test_clocks_a_few_minutes_apart_are_believed(agreeing: dict[str, datetime]) -> None:
    compare(agreeing)


@pytest.mark.parametrize(
    ("disagreeing", "sentence"),
    [
        (clocks(DAY, timedelta(0)), "the database's is 86400 s behind this machine's clock"),
        (clocks(-DAY, timedelta(0)), "this machine's clock is 86400 s behind the database's"),
        (clocks(DAY, timedelta(0), timedelta(0)), "this machine's clock is 86400 s from the others"),
        (clocks(timedelta(0), -DAY, timedelta(0)), "the database's is -86400 s from the others"),
        (clocks(timedelta(0), timedelta(0), DAY), "the object store's is 86400 s from the others"),
        (clocks(-DAY, timedelta(0), DAY), "this machine's clock is 172800 s behind the object store's"),
    ],
)
def test_of_three_clocks_the_one_astray_is_named(disagreeing: dict[str, datetime], sentence: str) -> None:
    with pytest.raises(ClocksDisagree, match=sentence):
        compare(disagreeing)


class OneMachine(Timekeeper):
    """Where the servers have the machine's clock: all of them jump at once."""

    def _others(self) -> dict[str, datetime]:
        return {DATABASE: self.clock.now(), STORE: self.clock.now()}


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_jump_of_every_clock_at_once_is_seen_against_the_time_that_ran_and_believed_later(jump: timedelta) -> None:
    clock, seconds = MovableClock(NOON), [0.0]
    keeper = OneMachine(clock=clock, database=cast("Database", None), counter=lambda: seconds[0])

    def passes(by: timedelta, *, wrongly: timedelta = timedelta(0)) -> None:
        seconds[0] += by.total_seconds()
        clock.advance(by + wrongly)

    keeper.check()
    passes(DAY)
    keeper.check()
    passes(timedelta(minutes=1), wrongly=jump)
    with pytest.raises(ClocksDisagree, match=f"jumped by {jump.total_seconds():.0f} s"):
        keeper.check()
    passes(BELIEVED_AFTER - timedelta(seconds=1))
    with pytest.raises(ClocksDisagree):
        keeper.check()
    passes(timedelta(seconds=1))
    keeper.check()
