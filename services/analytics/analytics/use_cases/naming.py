"""Names, given under the keys of their months and days."""

import secrets
from datetime import date
from uuid import UUID

from analytics.domain import (
    Names,
    Pseudonyms,
    day_of,
    first_of_month,
    month_of_mark,
    oldest_day_kept,
    oldest_month_kept,
)
from analytics.repository import Work

_MARK_BYTES = 16


class Naming:
    """Gives names for as long as one transaction lasts; keys are made when they are first needed.

    No key is made for what is too old: its key was destroyed, and another one would name anew what nobody shall find.
    """

    def __init__(self, work: Work, pseudonyms: Pseudonyms) -> None:
        self._work = work
        self._pseudonyms = pseudonyms
        today = day_of(work.clock.now())
        self._oldest_month, self._oldest_day = oldest_month_kept(today), oldest_day_kept(today)
        self._months: dict[date, Names] = {}
        self._days: dict[date, Names] = {}

    def of_person(self, user_id: UUID, day: date) -> bytes | None:
        """Her name in the month of this day; None where that month's key is gone."""
        names = self._month(first_of_month(day))
        return None if names is None else names.of_person(user_id)

    def of_visitor(self, user_id: UUID, day: date) -> bytes | None:
        """Her name on this day; None where that day's key is gone."""
        names = self._day(day)
        return None if names is None else names.of_person(user_id)

    def of_network(self, network: str, day: date) -> bytes | None:
        """The network's name on this day, likewise."""
        names = self._day(day)
        return None if names is None else names.of_network(network)

    def of_thing(self, thing: UUID | None, day: date) -> bytes:
        """A thing's mark; where it has no id, or its month's key is gone, one that chance makes."""
        names = None if thing is None else self._month(month_of_mark(thing, day))
        return secrets.token_bytes(_MARK_BYTES) if names is None or thing is None else names.of_thing(thing)

    def pad(self, thing: UUID, day: date) -> int | None:
        """What moments of this thing are hidden under."""
        names = self._month(month_of_mark(thing, day))
        return None if names is None else names.pad(thing)

    def _month(self, month: date) -> Names | None:
        if month not in self._months:
            if month < self._oldest_month:
                return None
            self._months[month] = self._pseudonyms.of_month(month, self._work.keys.month(month))
        return self._months[month]

    def _day(self, day: date) -> Names | None:
        if day not in self._days:
            if day < self._oldest_day:
                return None
            self._days[day] = self._pseudonyms.of_day(day, self._work.keys.day(day))
        return self._days[day]


def names_in_months(work: Work, user_id: UUID, pseudonyms: Pseudonyms) -> list[bytes]:
    """The person's name in every month that has a key."""
    return [pseudonyms.of_month(month, salt).of_person(user_id) for month, salt in work.keys.months().items()]


def names_on_days(work: Work, user_id: UUID, pseudonyms: Pseudonyms) -> list[bytes]:
    """The person's name on every day that has a key."""
    return [pseudonyms.of_day(day, salt).of_person(user_id) for day, salt in work.keys.days().items()]


def names_of(work: Work, user_id: UUID, *, pseudonyms: Pseudonyms) -> list[bytes]:
    """Every name of hers that a row may bear."""
    return [
        pseudonyms.of_chooser(user_id),
        pseudonyms.of_member(user_id),
        *names_in_months(work, user_id, pseudonyms),
        *names_on_days(work, user_id, pseudonyms),
    ]


def destroy_keys(work: Work) -> int:
    """Destroy the keys of months and days whose names nobody may give any more; returns how many.

    Whoever counts is waited for: what is named under a key is written before it goes.
    """
    today = day_of(work.clock.now())
    work.facts.hold()
    return work.keys.destroy(months_before=oldest_month_kept(today), days_before=oldest_day_kept(today))
