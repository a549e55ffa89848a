"""Dates, spans, numbers and money as people of a language write them. In English they are as the API writes them."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

Format = Callable[[Any, Locale], str]
# What letters are given was written in English by whoever asked for them.
_DAY: Final = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")
_AMOUNT: Final = re.compile(r"(-?[\d,]+(?:\.\d+)?) ([A-Z]{3})")
Unit = Literal["day", "hour", "minute", "second"]
_UNITS: Final[Sequence[tuple[Unit, int]]] = (("day", 86400), ("hour", 3600), ("minute", 60))
# Of any other unit there would have to be so many before babel takes it.
_NEVER: Final = 1e12


def day(at: date | str, locale: Locale) -> str:
    """The day of a date or a moment, as in `3 March 2026`; ISO strings are read, too."""
    return format_date(date.fromisoformat(at[:10]) if isinstance(at, str) else at, "long", locale)


def day_of_year(at: date, locale: Locale) -> str:
    """As in `3 March`."""
    return format_skeleton("MMMMd", _at_night(at), locale=locale)


def month(at: date, locale: Locale) -> str:
    """As in `March 2026`."""
    return format_skeleton("yMMMM", _at_night(at), locale=locale)


def moment(at: datetime, locale: Locale) -> str:
    """As in `3 March 2026, 14:02 UTC`."""
    return f"{day(at, locale)}, {at:%H:%M} UTC"


def second(at: datetime, locale: Locale) -> str:
    """As in `3 March 2026, 14:02:07 UTC`."""
    return f"{day(at, locale)}, {at:%H:%M:%S} UTC"


def lasting(seconds: float, locale: Locale) -> str:
    """A span in its largest unit: `90 seconds`, `5 minutes`, `3 hours`."""
    whole, unit = _largest(seconds)
    return format_unit(whole, f"duration-{unit}", "long", locale=locale)


def ago(seconds: float, locale: Locale) -> str:
    """How long ago it was: `2 minutes ago`, and a second at least."""
    whole, unit = _largest(max(1.0, seconds))
    # Babel takes the smallest unit it may where there are too few of every larger one.
    return format_timedelta(
        timedelta(**{f"{unit}s": -whole}),
        granularity=unit,
        threshold=_NEVER,
        add_direction=True,
        locale=locale,
    )


def number(value: float, locale: Locale) -> str:
    """As in `1,234`."""
    return format_decimal(value, locale=locale)


def money(written: str, locale: Locale) -> str:
    """An amount as the API writes it, `1,234.50 EUR`; what is no amount stays as it is."""
    amount = _AMOUNT.fullmatch(written)
    if amount is None or locale.language == "en":
        return written
    return format_currency(Decimal(amount[1].replace(",", "")), amount[2], locale=locale, currency_digits=True)


def days_in(words: str, locale: Locale) -> str:
    """The words with every day in them, written as in `3 March 2026`, as this language writes it."""
    return _DAY.sub(lambda found: english_day(found[0], locale), words)


FILTERS: Final[Mapping[str, Format]] = {
    "day": day,
    "day_of_year": day_of_year,
    "month": month,
    "moment": moment,
    "second": second,
    "lasting": lasting,
    "ago": ago,
    "number": number,
    "money": money,
    "days_in": days_in,
}


def _largest(seconds: float) -> tuple[int, Unit]:
    """From two of a unit on: 90 seconds say more than 1 minute."""
    for unit, size in _UNITS:
        if seconds >= 2 * size:
            return int(seconds // size), unit
    return int(seconds), "second"


def _at_night(at: date) -> datetime:
    return datetime.combine(at, time())


def english_day(written: str, locale: Locale) -> str:
    """A day written as in `3 March 2026`, as this language writes it; what is no day stays as it is."""
    try:
        return day(datetime.strptime(written, "%d %B %Y"), locale)  # noqa: DTZ007 - the day alone is read
    except ValueError:
        return written
