"""How well figurines turn out, for whoever improves styles and engines: numbers of groups, nobody's words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from math import sqrt
from typing import Final

from common.contracts.consents import QUALITY
from common.errors import Forbidden

# Whose ratings are looked at: those who agreed to this. Privacy has its words.
QUALITY_CONSENT: Final = QUALITY
# Only this much is looked back on, and no other span can be asked for: two spans a day apart would tell one person.
PERIOD: Final = timedelta(days=90)
OPERATOR: Final = "operator"
# From this many stars on, somebody is content.
_CONTENT: Final = 4
_Z_95: Final = 1.959964


class NotAnOperator(Forbidden):
    """The quality report is for those who run the studio."""


class Reason(StrEnum):
    """What one can tick about a figurine; the public contract names these."""

    LIKENESS_LOST = "likeness_lost"
    WRONG_POSE = "wrong_pose"
    ARTEFACTS = "artefacts"
    CUT_OFF = "cut_off"
    STYLE_NOT_MET = "style_not_met"
    OTHER = "other"


def distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once, in the order of the list."""
    ticked = set(reasons)
    return tuple(reason for reason in Reason if reason in ticked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of cases, and between what bounds it lies with a confidence of 95 %."""

    value: float
    low: float
    high: float


def share_of(hits: int, cases: int) -> Share:
    """The share of hits among the cases, with its Wilson score interval (Wilson 1927); of no cases, anything."""
    if cases <= 0:
        return Share(value=0.0, low=0.0, high=1.0)
    share, z2 = hits / cases, _Z_95 * _Z_95
    centre = (share + z2 / (2 * cases)) / (1 + z2 / cases)
    reach = _Z_95 * sqrt(share * (1 - share) / cases + z2 / (4 * cases * cases)) / (1 + z2 / cases)
    # Rounding may leave the ends a hair inside of what they enclose.
    return Share(value=share, low=min(share, max(0.0, centre - reach)), high=max(share, min(1.0, centre + reach)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleQuality:
    """What people think of a style as one engine paints it."""

    style: str
    engine: str
    people: int
    # How often each number of stars was given.
    stars: Mapping[int, int]
    reasons: Mapping[Reason, int] = field(default_factory=dict[Reason, int])

    @property
    def ratings(self) -> int:
        """How many ratings there are."""
        return sum(self.stars.values())

    @property
    def mean_stars(self) -> float:
        """The mean of the stars."""
        return sum(stars * count for stars, count in self.stars.items()) / self.ratings

    @property
    def content(self) -> Share:
        """Who gave four or five stars."""
        return share_of(sum(n for stars, n in self.stars.items() if stars >= _CONTENT), self.ratings)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineQuality:
    """What became of the jobs of one engine; `failures` counts those that ended without a picture, by code."""

    engine: str
    people: int
    delivered: int
    failures: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def delivery(self) -> Share:
        """How many of its jobs gave a picture."""
        return share_of(self.delivered, self.delivered + sum(self.failures.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """The last 90 days; groups of fewer than `least_people` are left out."""

    least_people: int
    styles: tuple[StyleQuality, ...]
    engines: tuple[EngineQuality, ...]
