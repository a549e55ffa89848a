"""Names that lead to nobody but by the key. Pure."""

import hmac
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

# Promise K4: after two years nobody can be found again. The month under way comes on top.
MONTHS_KEPT = 25

_PSEUDONYM_BYTES = 16


class Pseudonyms:
    """Names that only the holder of the key can give, and nobody can take back.

    HMAC-SHA256 (RFC 2104), cut to 16 bytes. A person has a new name every month (in UTC), so
    that what she did in one month does not add up with another to a picture of her; her own
    usage is found under each month's name in turn. The key of a month is derived from the
    key in the settings: HMAC(HMAC(key, "person 2026-11"), user id).
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_person(self, user_id: UUID, day: date) -> bytes:
        """The person's name in the month of this day."""
        return self._name(f"person {day:%Y-%m}", user_id)

    def of_person_until(self, user_id: UUID, day: date) -> list[bytes]:
        """The person's names in every month that is kept, the month of this day first."""
        return [self.of_person(user_id, month) for month in _months_back(day, MONTHS_KEPT)]

    def of_chooser(self, user_id: UUID) -> bytes:
        """The person's name under which it is kept what she allows; no count bears it, so it leads to none."""
        return self._name("choices", user_id)

    def of_everything(self, user_id: UUID, day: date) -> list[bytes]:
        """Every name of hers that a row may bear."""
        return [self.of_chooser(user_id), *self.of_person_until(user_id, day)]

    def of_figurine(self, figurine_id: UUID) -> bytes:
        """The figurine's name, for ever: late news about it must meet the same row."""
        return self._name("figurine", figurine_id)

    def _name(self, scope: str, id: UUID) -> bytes:
        key = hmac.digest(self._key, scope.encode(), "sha256")
        return hmac.digest(key, id.bytes, "sha256")[:_PSEUDONYM_BYTES]


def _months_back(day: date, count: int) -> Iterator[date]:
    month = day.replace(day=1)
    for _ in range(count):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)
