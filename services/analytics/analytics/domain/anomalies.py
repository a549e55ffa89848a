"""When a rate is far from what it usually is at this hour of the week, and when that is over. Pure.

Usual is the median of the same hour of the last eight weeks. How far is far is told by how much those hours differ
among themselves (their median absolute deviation), by how much any count differs from the next by chance, and by a
floor for small counts: the largest of the three is one step. While fewer than four of those weeks are known, usual is
the worst that this hour was on the last seven days. It is plain arithmetic that an operator can redo with a pencil.

watch(rate, watched, hour, heard) -> Watched      what becomes of a rate's watch with one hour more
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import sqrt
from statistics import median
from typing import Final
from uuid import UUID

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)

WEEKS_LOOKED_AT: Final = 8
WEEKS_NEEDED: Final = 4
# Each day of the week is among them, so that a week like the last one is never far from usual.
DAYS_LOOKED_AT: Final = 7

# The median absolute deviation of a normal distribution, times this, is its standard deviation.
_MAD_TO_DEVIATION: Final = 1.4826

# Under so many steps it is as usual again, and it is over after so many such hours, one after the other.
_CALM_BELOW: Final = 2.0
_CALM_HOURS: Final = 2
# An hour in which nothing happened says nothing; a day of such hours, and nobody can say any more that it lasts.
_SILENT_HOURS: Final = 24


class Measure(StrEnum):
    """What a rate counts."""

    COUNT = "count"
    SHARE = "share"
    LEVEL = "level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Something that is watched: `up` when too much of it is bad, and what makes a step at least.

    `floor` is in the rate's own measure: things for counts and shares, milliseconds for levels.
    """

    id: str
    sentence: str
    measure: Measure
    floor: float
    up: bool = True
    # From so many steps on it is far.
    far: float = 5.0
    # Fewer things in an hour than this say nothing about a share or a level.
    least: int = 1


RATES: Final[Mapping[str, Rate]] = {
    rate.id: rate
    for rate in (
        Rate(
            id="figurines_failed",
            sentence="More figurines fail than usual",
            measure=Measure.SHARE,
            floor=2,
        ),
        Rate(
            id="time_to_picture",
            sentence="Pictures take longer than usual",
            measure=Measure.LEVEL,
            floor=3000,
            least=5,
        ),
        Rate(
            id="sign_ins_failed",
            sentence="More sign-ins fail than usual",
            measure=Measure.COUNT,
            floor=6,
        ),
        Rate(
            id="uploads_refused",
            sentence="More uploads are refused than usual",
            measure=Measure.COUNT,
            floor=6,
        ),
        Rate(
            id="figurines",
            sentence="Fewer figurines are made than usual",
            measure=Measure.COUNT,
            floor=2,
            up=False,
            far=3.5,
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one hour brought: a number of things, or a level in milliseconds, out of so many."""

    value: float
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How far an hour is from usual: its value, what was expected, and the distance in steps, positive where bad."""

    value: float
    expected: float
    step: float
    distance: float
    compared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something that was unusual from an hour on, and until when; None while it lasts."""

    rate: str
    part: str
    since: datetime
    until: datetime | None
    value: float
    expected: float
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is remembered of a rate from hour to hour.

    `since` is the first hour of what is going on, None while all is as usual; `turned` says whether that has just begun
    or ended.
    """

    since: datetime | None = None
    calm: int = 0
    silent: int = 0
    turned: bool = field(default=False, compare=False)
    judgement: Judgement | None = field(default=None, compare=False)


def id_of(rate: str, part: str, since: datetime) -> UUID:
    """The id of an anomaly, which is the same whoever works it out (UUIDv8, RFC 9562); no table holds it."""
    digest = sha256(f"{rate} {part} {since.astimezone(UTC).isoformat()}".encode()).digest()
    return UUID(int=int.from_bytes(digest[:16]) & ~(0xF << 76) & ~(0x3 << 62) | 0x8 << 76 | 0x2 << 62)


def detail_of(rate: Rate, part: str, judgement: Judgement) -> str:
    """What operators are told, with the figures it was judged by."""
    of = f" ({part})" if part else ""
    # Levels are in milliseconds.
    size, unit = (1000, " s") if rate.measure is Measure.LEVEL else (1, "")
    return (
        f"{rate.sentence}{of}: {judgement.value / size:.4g}{unit} in this hour, where "
        f"{judgement.expected / size:.4g}{unit} are usual at this time of the week. That is {judgement.distance:.1f} "
        f"steps of {judgement.step / size:.2g}{unit} away, judged by {judgement.compared} such hours."
    )


def comparable(hour: datetime) -> list[datetime]:
    """Every hour that one may be compared with, the nearest first."""
    weeks = [hour - back * WEEK for back in range(1, WEEKS_LOOKED_AT + 1)]
    days = [hour - back * DAY for back in range(1, DAYS_LOOKED_AT + 1)]
    return sorted({*weeks, *days}, reverse=True)


def judge(rate: Rate, hour: datetime, heard: Mapping[datetime, Heard]) -> Judgement | None:
    """How far this hour is from usual; None where it is too early to know what is usual, or the hour says too little.

    `heard` has the hour and those it is compared with. An hour missing there was not watched; one in which nothing
    happened is in it.
    """
    now = heard.get(hour)
    if now is None or not _says_something(rate, now):
        return None
    usual = _usual_of_weeks(rate, hour, heard, of=now.of) or _usual_of_days(rate, hour, heard, of=now.of)
    if usual is None:
        return None
    distance = (now.value - usual.expected) / usual.step
    return Judgement(
        value=now.value,
        expected=usual.expected,
        step=usual.step,
        distance=distance if rate.up else -distance,
        compared=usual.compared,
    )


def watch(rate: Rate, watched: Watched, hour: datetime, heard: Mapping[datetime, Heard]) -> Watched:
    """What becomes of the watch with this hour: something begins once, goes on without a word, and ends once."""
    judged = judge(rate, hour, heard)
    if watched.since is None:
        begins = judged is not None and judged.distance >= rate.far
        return Watched(since=hour if begins else None, turned=begins, judgement=judged)
    if judged is None:
        after = replace(watched, silent=watched.silent + 1, turned=False, judgement=None)
    else:
        calm = watched.calm + 1 if judged.distance < _CALM_BELOW else 0
        after = Watched(since=watched.since, calm=calm, judgement=judged)
    over = after.calm >= _CALM_HOURS or after.silent >= _SILENT_HOURS
    return Watched(turned=True, judgement=judged) if over else after


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    expected: float
    step: float
    compared: int


def _usual_of_weeks(rate: Rate, hour: datetime, heard: Mapping[datetime, Heard], *, of: int) -> _Usual | None:
    before = _known(rate, (hour - back * WEEK for back in range(1, WEEKS_LOOKED_AT + 1)), heard)
    if len(before) < WEEKS_NEEDED:
        return None
    middle = median(before)
    spread = _MAD_TO_DEVIATION * median(abs(value - middle) for value in before)
    return _stepped(rate, middle, spread, of=of, compared=len(before))


def _usual_of_days(rate: Rate, hour: datetime, heard: Mapping[datetime, Heard], *, of: int) -> _Usual | None:
    before = _known(rate, (hour - back * DAY for back in range(1, DAYS_LOOKED_AT + 1)), heard)
    if len(before) < DAYS_LOOKED_AT:
        return None
    usual = _stepped(rate, max(before) if rate.up else min(before), 0.0, of=of, compared=len(before))
    # One hour is compared with one other here: both differ by chance.
    return replace(usual, step=usual.step * sqrt(2))


def _known(rate: Rate, hours: Iterable[datetime], heard: Mapping[datetime, Heard]) -> list[float]:
    """What those hours brought, of a share as a part of one; without those that are unknown or say too little."""
    found = [each for hour in hours if (each := heard.get(hour)) is not None and _says_something(rate, each)]
    return [each.value / each.of if rate.measure is Measure.SHARE else each.value for each in found]


def _stepped(rate: Rate, usual: float, spread: float, *, of: int, compared: int) -> _Usual:
    match rate.measure:
        case Measure.SHARE:
            # Of so many things this many (binomial).
            expected, spread, by_chance = usual * of, spread * of, sqrt(of * usual * (1 - usual))
        case Measure.COUNT:
            # A count differs by its root (Poisson).
            expected, by_chance = usual, sqrt(usual)
        case Measure.LEVEL:
            # A level has no such law, and a tenth of it is nothing to get up for.
            expected, by_chance = usual, usual / 10
    return _Usual(expected=expected, step=max(spread, by_chance, rate.floor), compared=compared)


def _says_something(rate: Rate, heard: Heard) -> bool:
    return rate.measure is Measure.COUNT or heard.of >= rate.least
