"""What is counted approximately: how many people there were, and the middle and the tail of times. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from analytics.domain.facts import Fact, Kind
from analytics.domain.moments import first_of_month, start_of
from analytics.domain.rollups import Grain

HOURS_KEPT = timedelta(days=40)
_YEARS_KEPT = 2


class Measure(StrEnum):
    """What a sketch tells of."""

    PEOPLE = "people"
    RENDERING = "rendering_ms"
    WAITING = "waiting_ms"
    # From the order to the picture.
    TOTAL = "total_ms"


# Dimensions of sketches; without one it is of all.
ALL = ""
KIND = "kind"
ENGINE = "engine"
COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class SketchPlace:
    """One sketch: of a period, and of what."""

    grain: Grain
    period: datetime
    measure: Measure
    dimension: str = ALL
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """About so many people, and with 95 % certainty between these."""

    people: float
    at_least: float
    at_most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Of so many times in milliseconds, those asked for by rank: 0.5 is the median."""

    count: int
    at: Mapping[float, float]


Named: TypeAlias = tuple[Fact, bytes | None]


def people_in(named: Iterable[Named]) -> Mapping[SketchPlace, set[bytes]]:
    """Whom these facts, with the names of their persons in that month, bring into which sketches.

    Months hold who is of which cohort; across months nobody can be told to be the same.
    """
    people: defaultdict[SketchPlace, set[bytes]] = defaultdict(set)
    for fact, name in named:
        if name is None:
            continue
        for grain, period in ((Grain.DAY, start_of(fact.day)), (Grain.MONTH, start_of(first_of_month(fact.day)))):
            people[SketchPlace(grain, period, Measure.PEOPLE)].add(name)
            people[SketchPlace(grain, period, Measure.PEOPLE, KIND, str(fact.kind))].add(name)
        if fact.kind == Kind.FIGURINE and fact.cohort is not None:
            month = start_of(first_of_month(fact.day))
            people[SketchPlace(Grain.MONTH, month, Measure.PEOPLE, COHORT, f"{fact.cohort:%Y-%m}")].add(name)
    return people


def times_in(facts: Iterable[Fact]) -> Mapping[SketchPlace, list[float]]:
    """Which times these facts bring into which sketches: all together, and each engine's."""
    times: defaultdict[SketchPlace, list[float]] = defaultdict(list)
    for fact in facts:
        if fact.kind != Kind.FIGURINE or fact.rendering_ms is None:
            continue
        rendering, waiting = fact.rendering_ms, fact.waiting_ms or 0
        measured = {Measure.TOTAL: rendering + waiting, Measure.RENDERING: rendering, Measure.WAITING: waiting}
        for grain, period, measure in _kept_of(fact):
            for dimension, value in ((ALL, ""), (ENGINE, fact.engine)):
                times[SketchPlace(grain, period, measure, dimension, value)].append(float(measured[measure]))
    return times


def kept_until(place: SketchPlace) -> datetime | None:
    """When a sketch goes: those of hours and days when their rollups do, those of months never."""
    if place.grain is Grain.MONTH:
        return None
    if place.grain is Grain.HOUR:
        return place.period + HOURS_KEPT
    day = place.period.date()
    # The 29th of February ends with the 28th, as Postgres has it.
    last = day if (day.month, day.day) != (2, 29) else date(day.year, 2, 28)
    return start_of(last.replace(year=last.year + _YEARS_KEPT))


def _kept_of(fact: Fact) -> Iterator[tuple[Grain, datetime, Measure]]:
    for measure in (Measure.TOTAL, Measure.RENDERING, Measure.WAITING):
        yield Grain.DAY, start_of(fact.day), measure
        yield Grain.MONTH, start_of(first_of_month(fact.day)), measure
    if fact.hour is not None:
        yield Grain.HOUR, start_of(fact.day, fact.hour), Measure.TOTAL
