"""What was counted, as it is told. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Figurines of one style that a person was delivered on one day."""

    day: date
    style: str
    figurines: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many figurines, with so many pictures in all."""

    figurines: int
    pictures: int


def summed(made: Iterable[Made]) -> Count:
    """All of it together."""
    lines = list(made)
    return Count(figurines=sum(line.figurines for line in lines), pictures=sum(line.pictures for line in lines))


def by_style(made: Iterable[Made]) -> dict[str, Count]:
    """What was made of each style, by name."""
    lines = list(made)
    return {style: summed(line for line in lines if line.style == style) for style in sorted({x.style for x in lines})}


def by_day(made: Iterable[Made]) -> dict[date, Count]:
    """What was made on each day that something was, the earliest first."""
    lines = list(made)
    return {day: summed(line for line in lines if line.day == day) for day in sorted({x.day for x in lines})}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """What ended on one day, of one style and engine, in one way; everybody's together."""

    day: date
    style: str
    engine: str
    outcome: str
    figurines: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUps:
    """Accounts opened on one day."""

    day: date
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpent:
    """How long somebody used the studio on a day."""

    day: date
    seconds: int
