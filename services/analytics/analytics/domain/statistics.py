"""Numbers for everybody: figurines by style and month, without anybody in them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from analytics.domain.groups import K, Together, hidden_groups
from analytics.domain.moments import month_after
from analytics.domain.noise import Below, Budget, noised

# So many figurines of one person count in a month, in all: what she changes is bounded, and so is the noise over it.
AT_MOST: Final = 5
# News of a month may come late, and who said no may not be counted any more.
SETTLED_AFTER: Final = timedelta(days=7)
MONTHS_SHOWN: Final = 12
OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Figurines of one style, and of how many people they are."""

    style: str
    figurines: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A month that is published: `epsilon` is what it cost each person of that month, None without noise."""

    month: date
    epsilon: str | None
    at_most: int = AT_MOST
    k: int = K


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The months that are out, and the figurines of each by style."""

    releases: Sequence[Release]
    figurines: Sequence[tuple[date, str, int]]


def next_month(newest: date | None, today: date) -> date | None:
    """Which month is to be published: the one after the newest that is out, once it has settled.

    Where nothing is out yet, the last that has.
    """
    settled = month_after(today - SETTLED_AFTER, -1)
    month = settled if newest is None else month_after(newest, 1)
    return month if month <= settled else None


def published(groups: Sequence[Group], together: Together, budget: Budget | None, below: Below) -> Mapping[str, int]:
    """What is told of a month: each style that enough people made, all others as one, with noise.

    Nothing where even all together are too few. No total is told besides: it would give away what is hidden.
    """
    hidden = hidden_groups({group.style: group.people for group in groups}, together)
    if hidden is None:
        return {}
    figurines = {group.style: group.figurines for group in groups if group.style not in hidden}
    if hidden:
        figurines[OTHER] = sum(group.figurines for group in groups if group.style in hidden)
    if budget is None:
        return figurines
    # One person more or less changes all these numbers together by AT_MOST at most.
    scale = budget.scale(sensitivity=AT_MOST)
    return {style: noised(count, scale, below) for style, count in figurines.items()}
