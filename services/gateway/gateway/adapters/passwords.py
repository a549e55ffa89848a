"""Passwords, through argon2id."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from common.errors import Unavailable

# OWASP's minimum for argon2id: 19 MiB, two passes.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
PATIENCE_SECONDS = 5.0


class Passwords:
    """Hashing costs memory and time on purpose, so only so many at once."""

    def __init__(self, *, at_once: int = 4) -> None:
        self._places = BoundedSemaphore(at_once)
        # Checked when nobody has the address, so that the answer takes as long.
        self._nobody = _HASHER.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The hash to keep. Raises Unavailable when too many wait."""
        with self._place():
            return _HASHER.hash(password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether this is the password; as slow for nobody as for somebody."""
        with self._place():
            try:
                return _HASHER.verify(password_hash or self._nobody, password) and password_hash is not None
            except (Argon2Error, InvalidHashError):
                return False

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with yesterday's parameters."""
        return _HASHER.check_needs_rehash(password_hash)

    @contextmanager
    def _place(self) -> Generator[None]:
        if not self._places.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable
        try:
            yield
        finally:
            self._places.release()
