"""Sums by hour, day and month: what each fact adds to them, and takes from them when it changes. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from analytics.domain.facts import Fact
from analytics.domain.moments import first_of_month, start_of


class Grain(StrEnum):
    """How long a period is."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


# The columns that rollups are kept by, beside their period; and what they add up.
DIMENSIONS = ("kind", "style", "engine", "outcome", "reason", "page", "device", "plan", "currency")
SUMS = ("facts", "pictures", "credits", "amount", "seconds", "stars", "timed", "rendering_ms", "waiting_ms")

# A period and the values of DIMENSIONS.
Place: TypeAlias = tuple[datetime | date, *tuple[str, ...]]
Sums: TypeAlias = tuple[int, ...]
Tally: TypeAlias = Mapping[Place, Sums]


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that was added, or that took the place of what it was before."""

    after: Fact
    before: Fact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """The sums of a period, of the facts that share these values of DIMENSIONS.

    `timed` is how many of the facts have times; amounts are in the currency's minor unit.
    """

    period: date | datetime
    by: Mapping[str, str]
    facts: int
    pictures: int
    credits: int
    amount: int
    seconds: int
    stars: int
    timed: int
    rendering_ms: int
    waiting_ms: int


def tally(changes: Iterable[Change], grain: Grain) -> Tally:
    """What these changes do to the rollups of a grain; nothing is said of places that stay as they were."""
    totals: defaultdict[Place, list[int]] = defaultdict(lambda: [0] * len(SUMS))
    for change in changes:
        for fact, sign in ((change.before, -1), (change.after, 1)):
            if fact is not None and (place := _place(fact, grain)) is not None:
                total = totals[place]
                for n, value in enumerate(_sums(fact)):
                    total[n] += sign * value
    return {place: tuple(total) for place, total in totals.items() if any(total)}


def tally_of_clients(changes: Iterable[Change]) -> Tally:
    """The same for what people look at the studio with: facts and seconds by day, kind, system, browser and country."""
    totals: defaultdict[Place, list[int]] = defaultdict(lambda: [0, 0])
    for change in changes:
        for fact, sign in ((change.before, -1), (change.after, 1)):
            if fact is not None:
                total = totals[fact.day, fact.kind, fact.os, fact.browser, fact.country]
                total[0] += sign
                total[1] += sign * fact.seconds
    return {place: tuple(total) for place, total in totals.items() if any(total)}


def period_of(fact: Fact, grain: Grain) -> datetime | date | None:
    """The period a fact counts in; None for an hour that nobody knows."""
    if grain is Grain.DAY:
        return fact.day
    if grain is Grain.MONTH:
        return first_of_month(fact.day)
    return None if fact.hour is None else start_of(fact.day, fact.hour)


def _place(fact: Fact, grain: Grain) -> Place | None:
    period = period_of(fact, grain)
    if period is None:
        return None
    return (
        period,
        fact.kind,
        fact.style,
        fact.engine,
        fact.outcome,
        fact.reason,
        fact.page,
        fact.device,
        fact.plan,
        fact.currency,
    )


def _sums(fact: Fact) -> Sums:
    timed = fact.rendering_ms is not None
    return (
        1,
        fact.pictures,
        fact.credits,
        fact.amount,
        fact.seconds,
        fact.stars,
        int(timed),
        fact.rendering_ms or 0,
        (fact.waiting_ms or 0) if timed else 0,
    )
