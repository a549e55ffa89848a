"""Favours that nobody waits for: so many at once, and one for each person."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID


class Turns:
    """Who is being served now, in this process."""

    def __init__(self, *, at_once: int) -> None:
        self._at_once = at_once
        self._served: set[UUID] = set()
        self._lock = Lock()

    @contextmanager
    def take(self, person: UUID) -> Generator[bool]:
        """Whether it is this person's turn; False when she has one already, or too many have."""
        with self._lock:
            free = person not in self._served and len(self._served) < self._at_once
            if free:
                self._served.add(person)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._served.discard(person)
