"""Rates are compared with themselves: what always was so raises nothing, a jump is told once, and so is its end."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analytics.domain.anomalies import (
    HOUR,
    RATES,
    WEEKS_LOOKED_AT,
    WEEKS_NEEDED,
    Heard,
    Measure,
    Rate,
    Watched,
    comparable,
    watch,
)

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
WEEK_HOURS = 168
Turn = tuple[int, str]
ANY_RATE = pytest.mark.parametrize("rate", RATES.values(), ids=RATES)


def turns(rate: Rate, stream: Sequence[Heard | None], *, since: int = 0) -> list[Turn]:
    """When something began and ended, watched hour by hour from one on."""
    known = {MONDAY + n * HOUR: heard for n, heard in enumerate(stream) if heard is not None}
    watched, found = Watched(), list[Turn]()
    for n in range(since, len(stream)):
        hour = MONDAY + n * HOUR
        seen = {each: known[each] for each in (hour, *comparable(hour)) if each in known}
        watched = watch(rate, watched, hour, seen)
        if watched.turned:
            found.append((n, "began" if watched.since else "ended"))
    return found


def weekly(hour: int) -> int:
    """A studio that sleeps at night and rests on Sundays: figurines in an hour."""
    day, time = divmod(hour % WEEK_HOURS, 24)
    return 0 if time < 6 else 10 if day == 6 else 40 + 5 * (time % 7)


def heard_of(rate: Rate, things: int, *, bad: float = 0.05) -> Heard:
    """An hour with so many things, a part of them bad."""
    match rate.measure:
        case Measure.COUNT:
            return Heard(value=things, of=things)
        case Measure.SHARE:
            return Heard(value=round(things * bad), of=things)
        case Measure.LEVEL:
            return Heard(value=20_000 * (1 + bad) if things else 0, of=things)


@ANY_RATE
@given(things=st.integers(0, 10_000), bad=st.floats(0, 1), weeks=st.sampled_from([2, 6]))
def test_what_is_always_the_same_raises_nothing(rate: Rate, things: int, bad: float, weeks: int) -> None:
    hours = range(0, weeks * WEEK_HOURS, 29)
    known = {MONDAY + n * HOUR: heard_of(rate, things, bad=bad) for n in range(weeks * WEEK_HOURS)}
    assert not any(watch(rate, Watched(), MONDAY + n * HOUR, known).turned for n in hours)


@ANY_RATE
@given(week=st.lists(st.integers(0, 500), min_size=WEEK_HOURS, max_size=WEEK_HOURS), data=st.data())
def test_what_comes_again_every_week_raises_nothing(rate: Rate, week: list[int], data: st.DataObject) -> None:
    bad = data.draw(st.floats(0, 1))
    hours = range(0, 6 * WEEK_HOURS, 41)
    known = {MONDAY + n * HOUR: heard_of(rate, week[n % WEEK_HOURS], bad=bad) for n in range(6 * WEEK_HOURS)}
    assert not any(watch(rate, Watched(), MONDAY + n * HOUR, known).turned for n in hours)


JUMPS: dict[str, Callable[[int], Heard]] = {
    "figurines_failed": lambda things: Heard(value=things, of=things),
    "time_to_picture": lambda things: Heard(value=120_000, of=things),
    "sign_ins_failed": lambda things: Heard(value=things + 400, of=things + 400),
    "uploads_refused": lambda things: Heard(value=things + 400, of=things + 400),
    "figurines": lambda _: Heard(value=0, of=0),
}


@ANY_RATE
@settings(max_examples=25)
@given(week=st.sampled_from([1, 3, 5, 7]), day=st.integers(0, 5), time=st.integers(8, 18), lasts=st.integers(1, 4))
def test_a_jump_is_told_once_and_so_is_its_end(rate: Rate, week: int, day: int, time: int, lasts: int) -> None:
    # Before there are weeks to compare with, none is as quiet as the quietest day.
    assume(rate.up or week >= WEEKS_NEEDED)
    start = week * WEEK_HOURS + day * 24 + time
    stream = [heard_of(rate, weekly(n)) for n in range(start)]
    stream += [JUMPS[rate.id](weekly(n)) for n in range(start, start + lasts)]
    stream += [heard_of(rate, weekly(n)) for n in range(start + lasts, start + 30)]
    assert turns(rate, stream, since=start - 24) == [(start, "began"), (start + lasts + 1, "ended")]


@ANY_RATE
def test_chance_alone_raises_nothing_in_six_weeks(rate: Rate) -> None:
    chance = random.Random(1)

    def poisson(mean: float) -> int:
        return sum(chance.random() < 0.1 for _ in range(round(mean * 10)))

    things = [poisson(weekly(n)) for n in range(6 * WEEK_HOURS)]
    stream = [
        Heard(value=poisson(each * 0.05), of=each)
        if rate.measure is Measure.SHARE
        else Heard(value=chance.gauss(20_000, 2_000), of=each)
        if rate.measure is Measure.LEVEL
        else Heard(value=each, of=each)
        for each in things
    ]
    assert turns(rate, stream) == []


def test_what_lasts_for_weeks_becomes_usual_and_is_over() -> None:
    rate = RATES["sign_ins_failed"]
    stream = [Heard(value=2, of=2)] * (9 * WEEK_HOURS) + [Heard(value=300, of=300)] * (6 * WEEK_HOURS)
    (began, _), (ended, _) = turns(rate, stream, since=9 * WEEK_HOURS - 5)
    assert began == 9 * WEEK_HOURS
    assert WEEKS_LOOKED_AT / 2 * WEEK_HOURS <= ended - began <= (WEEKS_LOOKED_AT / 2 + 1) * WEEK_HOURS


def test_a_quiet_hour_of_a_small_studio_is_no_alarm_whatever_share_of_it_failed() -> None:
    stream = [Heard(value=0, of=1)] * (6 * WEEK_HOURS) + [Heard(value=2, of=2)] * 8
    assert turns(RATES["figurines_failed"], stream, since=6 * WEEK_HOURS) == []


def test_in_the_first_week_nothing_is_said() -> None:
    rate = RATES["sign_ins_failed"]
    stream = [Heard(value=0, of=0)] * 150 + [Heard(value=900, of=900)] * 10
    assert turns(rate, stream) == []


def test_hours_nobody_watched_are_compared_with_nothing_and_end_nothing() -> None:
    rate = RATES["sign_ins_failed"]
    usual, jump = Heard(value=2, of=2), Heard(value=300, of=300)
    stream: list[Heard | None] = [usual] * (6 * WEEK_HOURS) + [jump, *[None] * 10, jump, usual, usual]
    assert turns(rate, stream, since=6 * WEEK_HOURS - 5) == [(6 * WEEK_HOURS, "began"), (6 * WEEK_HOURS + 13, "ended")]


def test_after_a_day_of_silence_nobody_says_any_more_that_it_lasts() -> None:
    rate = RATES["figurines_failed"]
    stream = [heard_of(rate, 40)] * (6 * WEEK_HOURS) + [Heard(value=40, of=40)] + [Heard(value=0, of=0)] * 30
    assert turns(rate, stream, since=6 * WEEK_HOURS - 5) == [(6 * WEEK_HOURS, "began"), (6 * WEEK_HOURS + 24, "ended")]
