"""Time and ids: the one place they come from, so that a test can live through two years."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils.compat


class Clock:
    """The real time and time-ordered ids."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> UUID:
        """A fresh UUIDv7 (RFC 9562): sorts by creation."""
        return uuid_utils.compat.uuid7()


def first_id(moment: datetime) -> UUID:
    """What sorts before every id that is made from that moment on, so that an index finds those that came after."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


class MovableClock(Clock):
    """A clock that stands wherever it is put, and moves only when told to."""

    def __init__(self, at: datetime | None = None) -> None:
        self._at = at or super().now()

    def now(self) -> datetime:
        """The time it was put to."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._at += by


SYSTEM_CLOCK = Clock()
