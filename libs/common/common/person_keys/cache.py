"""People's keys, opened, for a short while: one query for a list instead of one for each of its values."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from uuid import UUID

from common.sealing import PersonKey

# How long a destroyed key may still open something in a process that has just used it.
SECONDS = 30.0
MOST = 10_000


class KeyCache:
    """The keys one process used lately, each for a fixed time from when it was read. Threads may share it."""

    def __init__(self, *, seconds: float = SECONDS, most: int = MOST, now: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._now = now
        self._lock = Lock()
        # In the order in which they were read, which is the order in which they are given up.
        self._entries: OrderedDict[UUID, tuple[PersonKey, float]] = OrderedDict()

    def get(self, user_id: UUID) -> PersonKey | None:
        """The person's key, if it was read lately."""
        with self._lock:
            found = self._entries.get(user_id)
            return found[0] if found is not None and self._now() < found[1] else None

    def put(self, key: PersonKey) -> None:
        """Remember a key that was just read. Only of a transaction that is sure to last."""
        with self._lock:
            self._entries.pop(key.user_id, None)
            self._entries[key.user_id] = (key, self._now() + self._seconds)
            while len(self._entries) > self._most or (self._entries and self._first_is_over()):
                self._entries.popitem(last=False)

    def drop(self, user_id: UUID) -> None:
        """Forget a key at once."""
        with self._lock:
            self._entries.pop(user_id, None)

    def __len__(self) -> int:
        return len(self._entries)

    def _first_is_over(self) -> bool:
        _, until = next(iter(self._entries.values()))
        return until <= self._now()
