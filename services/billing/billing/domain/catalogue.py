"""What can be bought: packs, plans, and what a new person gets to try. Versioned, and dated. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias, TypeVar

from common.errors import NotFound


class NotOffered(NotFound):
    """There is no such price. Choose one from the catalogue."""


class CatalogueBroken(Exception):
    """A file of the catalogue is not as it has to be; says which and why."""


class Interval(StrEnum):
    """How often a plan is paid and its credits come."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlements:
    """What a plan allows besides its credits."""

    variants: int
    resolution: int  # the longer side of a picture, in pixels
    private_shares: bool
    shares: int  # public links that are given out at a time
    api_rate: int  # requests per minute

    def hold(self, others: "Entitlements") -> bool:
        """Whether they allow all that those do."""
        return all(getattr(self, each.name) >= getattr(others, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Credits bought once; `amount` in the currency's minor unit."""

    price_id: str
    name: str
    credits: int
    amount: int
    currency: str
    expires_after_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Credits that come each period; at most `rollover_cap` unused ones go into the next."""

    price_id: str
    name: str
    interval: Interval
    credits: int
    amount: int
    currency: str
    rollover_cap: int
    entitlements: Entitlements


Price: TypeAlias = Pack | Plan
T = TypeVar("T", Pack, Plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a new person gets to try the studio with."""

    credits: int
    expires_after_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One version: what is offered from a day on, until the next version."""

    version: str
    effective_from: datetime
    packs: tuple[Pack, ...]
    plans: tuple[Plan, ...]
    trial: Trial
    # What somebody without a plan may do.
    free: Entitlements

    def pack(self, price_id: str) -> Pack:
        """The pack of this price. Raises NotOffered."""
        return _one(self.packs, price_id)

    def plan(self, price_id: str) -> Plan:
        """The plan of this price. Raises NotOffered."""
        return _one(self.plans, price_id)

    def prices(self) -> Iterator[Price]:
        """Everything it offers."""
        yield from self.packs
        yield from self.plans


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Every version there ever was, the oldest first: what is offered today, and what was agreed then."""

    versions: tuple[Catalogue, ...]

    def at(self, now: datetime) -> Catalogue:
        """The version in force; before the first of them, the first."""
        return next((each for each in reversed(self.versions) if each.effective_from <= now), self.versions[0])

    def pack(self, price_id: str) -> Pack:
        """A pack of whatever version: what was ordered then. Raises NotOffered."""
        return _one([pack for each in self.versions for pack in each.packs], price_id)

    def plan(self, price_id: str) -> Plan:
        """A plan of whatever version: one no longer sold is still renewed. Raises NotOffered."""
        return _one([plan for each in self.versions for plan in each.plans], price_id)

    def entitlements(self, price_id: str, now: datetime) -> Entitlements:
        """What a plan allows today: what the last version that had it says. Raises NotOffered."""
        begun = [each for each in reversed(self.versions) if each.effective_from <= now]
        plans = [plan for each in (*begun, *self.versions) for plan in each.plans]
        return _one(plans, price_id).entitlements


def check(versions: Sequence[Catalogue]) -> Catalogues:
    """All versions together. Raises CatalogueBroken when they contradict each other."""
    ordered = tuple(sorted(versions, key=lambda each: each.effective_from))
    if not ordered:
        raise CatalogueBroken("There is no catalogue: not one file is there.")
    agreed: dict[str, tuple[str, Price]] = {}
    days: dict[datetime, str] = {}
    for each in ordered:
        if each.effective_from in days:
            raise CatalogueBroken(
                f"{days[each.effective_from]} and {each.version} both begin on {each.effective_from:%Y-%m-%d}; "
                "only one version can be in force."
            )
        days[each.effective_from] = each.version
        _check_ids(each)
        _check_meaning(each, agreed)
    return Catalogues(ordered)


def _check_ids(catalogue: Catalogue) -> None:
    seen: set[str] = set()
    for price in catalogue.prices():
        if price.price_id in seen:
            raise CatalogueBroken(f"{catalogue.version} has the price {price.price_id} twice; give each its own id.")
        seen.add(price.price_id)


def _check_meaning(catalogue: Catalogue, agreed: dict[str, tuple[str, Price]]) -> None:
    for price in catalogue.prices():
        first, then = agreed.setdefault(price.price_id, (catalogue.version, price))
        # Only what it is called may change: people have agreed to the rest. What a plan allows may grow.
        if replace(price, name=then.name, **_allowing(price, then)) != then:
            raise CatalogueBroken(
                f"{price.price_id} means something else in {catalogue.version} than in {first}. A price stays what it "
                "was; give the new one an id of its own."
            )
        agreed[price.price_id] = (first, price)


def _allowing(price: Price, then: Price) -> dict[str, Entitlements]:
    """What of a plan's entitlements is as it was, or more."""
    if not isinstance(price, Plan) or not isinstance(then, Plan):
        return {}
    return {"entitlements": then.entitlements} if price.entitlements.hold(then.entitlements) else {}


def _one(prices: Sequence[T], price_id: str) -> T:
    for price in prices:
        if price.price_id == price_id:
            return price
    raise NotOffered
