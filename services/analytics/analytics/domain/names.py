"""Names that lead to nobody but by the key, and to nobody at all once its half is destroyed. Pure."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from analytics.domain.facts import NEAR
from analytics.domain.moments import first_of_month

# Promise K4: after two years nobody can be found again. The month under way comes on top.
MONTHS_KEPT = 25
# The day under way and the one before: somebody who leaves at midnight is still found on her pages.
VISITOR_DAYS_KEPT = 2

SALT_BYTES = 32

# Nobody says anything about a thing after its facts are anonymous.
_NEWS_COMES = timedelta(days=730)

_NAME_BYTES = 16
_PAD_BYTES = 8
_UUID_7 = 7


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one month or day: HMAC-SHA256 (RFC 2104) under its key, cut to 16 bytes."""

    person_key: bytes
    mark_key: bytes
    network_key: bytes

    def of_person(self, user_id: UUID) -> bytes:
        """Whose a fact is."""
        return hmac.digest(self.person_key, user_id.bytes, "sha256")[:_NAME_BYTES]

    def of_thing(self, id: UUID) -> bytes:
        """The mark of a figurine, an order, a refund: late news about it must meet the same row."""
        return hmac.digest(self.mark_key, id.bytes, "sha256")[:_NAME_BYTES]

    def of_network(self, network: str) -> bytes:
        """Equal for equal networks, and no address."""
        return hmac.digest(self.network_key, network.encode(), "sha256")[:_NAME_BYTES]

    def pad(self, id: UUID) -> int:
        """What a moment is hidden under, so that it can be compared by whoever has the key, and read by nobody else."""
        return int.from_bytes(hmac.digest(self.mark_key, b"pad" + id.bytes, "sha256")[:_PAD_BYTES]) >> 1


class Pseudonyms:
    """What names are made of, with the key from the settings.

    A person has a new name every month (in UTC), so that what she did in one month does not add up with another to a
    picture of her; her own usage is found under each month's name in turn. A month's key has two halves: the key from
    the settings, and a salt in the database. HMAC(key, "month 2026-11" + salt) gives it; without the salt nothing does.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_chooser(self, user_id: UUID) -> bytes:
        """The person's name under which it is kept what she allows; no count bears it, so it leads to none."""
        return self._old("choices", user_id)

    def of_member(self, user_id: UUID) -> bytes:
        """The person's name under which it is kept when she had her first figurine; no count bears it, either."""
        return self._old("cohorts", user_id)

    def of_month(self, month: date, salt: bytes | None) -> Names:
        """The names of a month; without a salt, as they were made when keys came from the settings alone."""
        if salt is None:
            return Names(
                person_key=self._derived(f"person {month:%Y-%m}"),
                mark_key=self._derived("figurine"),
                network_key=self._derived(f"network {month:%Y-%m}"),
            )
        return _names(hmac.digest(self._key, f"month {month:%Y-%m}".encode() + salt, "sha256"))

    def of_day(self, day: date, salt: bytes) -> Names:
        """The names of one day's visitors."""
        return _names(hmac.digest(self._key, f"day {day:%Y-%m-%d}".encode() + salt, "sha256"))

    def _old(self, scope: str, id: UUID) -> bytes:
        return hmac.digest(self._derived(scope), id.bytes, "sha256")[:_NAME_BYTES]

    def _derived(self, scope: str) -> bytes:
        return hmac.digest(self._key, scope.encode(), "sha256")


def _names(key: bytes) -> Names:
    return Names(
        person_key=hmac.digest(key, b"person", "sha256"),
        mark_key=hmac.digest(key, b"mark", "sha256"),
        network_key=hmac.digest(key, b"network", "sha256"),
    )


def months_kept(today: date) -> list[date]:
    """The months whose names can be given, the one under way first."""
    return list(_months_back(today, MONTHS_KEPT))


def oldest_month_kept(today: date) -> date:
    """Keys of earlier months are destroyed."""
    return months_kept(today)[-1]


def oldest_day_kept(today: date) -> date:
    """Visitors' keys of earlier days are destroyed."""
    return today - timedelta(days=VISITOR_DAYS_KEPT - 1)


def month_of_mark(thing: UUID, day: date) -> date:
    """Under which month's key a thing is marked: that in which its id was made, whatever day is told of.

    Ids are UUIDv7 (RFC 9562) and say so; one that does not, or says what cannot be, is marked by the day.
    """
    if thing.version == _UUID_7:
        made = _date_of(thing)
        if made is not None and -NEAR <= day - made <= _NEWS_COMES:
            return first_of_month(made)
    return first_of_month(day)


def _date_of(id: UUID) -> date | None:
    try:
        return datetime.fromtimestamp((id.int >> 80) / 1000, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None


def _months_back(day: date, count: int) -> Iterator[date]:
    month = first_of_month(day)
    for _ in range(count):
        yield month
        if month == date.min:
            return
        month = first_of_month(month - timedelta(days=1))
