"""Give what was told of its names, and find out what it changes: a second telling nothing, an order its figurine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from analytics.domain import Change, Fact, Kind, Pseudonyms, first_of_month
from analytics.repository import Observation, Work
from analytics.use_cases.naming import Naming

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Nobody tells of these twice, but the inbox would know.
_UNMARKED: Final = frozenset({Kind.PAGE, Kind.SIGN_UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fact that was told of, with what is known of its person beside it, and what its moment is hidden under."""

    fact: Fact
    name: bytes | None
    member: bytes | None
    pad: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a telling changed, and the person's name in the month of it."""

    change: Change
    name: bytes | None


def named(each: Observation, naming: Naming, pseudonyms: Pseudonyms) -> Told:
    """An observation as a fact."""
    fact, person = each.fact, each.user_id
    name = None if person is None else naming.of_person(person, fact.day)
    on_a_page = person is not None and fact.kind == Kind.PAGE
    pad = naming.pad(each.thing, fact.day) if each.thing is not None and fact.kind == Kind.RATING else None
    return Told(
        fact=replace(
            fact,
            mark=naming.of_thing(each.thing, fact.day),
            subject=naming.of_visitor(person, fact.day) if on_a_page and person is not None else name,
            network=None if each.network is None else naming.of_network(each.network, fact.day),
            version=None if pad is None else (each.at - _EPOCH) // timedelta(milliseconds=1) ^ pad,
        ),
        name=name,
        member=None if person is None else pseudonyms.of_member(person),
        pad=pad,
    )


def with_cohorts(work: Work, told: Sequence[Told]) -> list[Told]:
    """The same, with the month of each person's first figurine, which is kept if this is it."""
    members = {each.member for each in told if each.member is not None}
    if not members:
        return list(told)
    cohorts = work.cohorts.of(list(members))
    changed: dict[bytes, tuple[date, date]] = {}
    for each in told:
        if each.member is None or each.fact.kind != Kind.FIGURINE or not each.fact.pictures:
            continue
        month = first_of_month(each.fact.day)
        began, last = cohorts.get(each.member, (month, month))
        # The month is enough of the last day: a row that changed with every figurine would be written for nothing.
        if each.member not in cohorts or month < began or first_of_month(last) < month:
            cohorts[each.member] = changed[each.member] = (min(began, month), max(last, each.fact.day))
    if changed:
        work.cohorts.keep(changed)
    return [
        each
        if each.member is None or each.member not in cohorts
        else replace(each, fact=replace(each.fact, cohort=cohorts[each.member][0]))
        for each in told
    ]


def known_about(work: Work, told: Iterable[Told]) -> list[Fact]:
    """What is kept already that one of these may change or repeat."""
    marked = [each.fact for each in told if each.fact.kind not in _UNMARKED]
    ratings = [fact.mark for fact in marked if fact.kind == Kind.RATING]
    others = [fact for fact in marked if fact.kind != Kind.RATING]
    return [
        *(work.facts.near([fact.mark for fact in others], [fact.day for fact in others]) if others else ()),
        *(work.facts.ratings(ratings) if ratings else ()),
    ]


def joined(told: Iterable[Told], known: Iterable[Fact]) -> list[Counted]:
    """What these change, in order, given what is known: each thing counts once, its first telling wins.

    Of ratings the last word wins. An order lends its figurine what is known of the device and the plan, whichever of
    the two is told of first.
    """
    before: dict[tuple[bytes, str], Fact] = {(fact.mark, fact.kind): fact for fact in known}
    now = dict(before)
    names: dict[tuple[bytes, str], bytes | None] = {}
    for each in told:
        fact = each.fact
        place = (fact.mark, fact.kind)
        if place in now and not _is_later(each, now[place]):
            continue
        names[place] = each.name
        order, figurine = (fact.mark, Kind.ORDER), (fact.mark, Kind.FIGURINE)
        now[place] = fact.seen_as(now[order]) if fact.kind == Kind.FIGURINE and order in now else fact
        if fact.kind == Kind.ORDER and figurine in now:
            now[figurine] = now[figurine].seen_as(fact)
            names.setdefault(figurine, None)
    return [
        Counted(change=Change(after=now[place], before=before.get(place)), name=name) for place, name in names.items()
    ]


def _is_later(told: Told, kept: Fact) -> bool:
    """Whether this is a later word of hers about the same figurine."""
    if told.pad is None or told.fact.version is None or kept.version is None:
        return False
    return told.fact.version ^ told.pad > kept.version ^ told.pad
