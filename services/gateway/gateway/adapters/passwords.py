"""Passwords, through argon2id."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from common.errors import Unavailable
from gateway.domain.passwords import check_guessable, check_length

# OWASP's minimum for argon2id: 19 MiB, two passes.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
PATIENCE_SECONDS = 5.0
# The most common first, in small letters; where it comes from stands in NOTICE.
COMMON = Path(__file__).parent / "data" / "common_passwords.txt"


class Passwords:
    """Hashing costs memory and time on purpose, so only so many at once."""

    def __init__(self, *, at_once: int = 4) -> None:
        self._places = BoundedSemaphore(at_once)
        # Checked when nobody has the address, so that the answer takes as long.
        self._nobody = _HASHER.hash("nobody has this password")

    def accept(self, password: str, *own: str) -> str:
        """The password, if it may be chosen by somebody of that name and address. Raises Invalid, with what to do."""
        return check_guessable(check_length(password), common_passwords(), own)

    def hash(self, password: str) -> str:
        """The hash to keep. Raises Unavailable when too many wait."""
        with self._place():
            return _HASHER.hash(password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether this is the password; as slow for nobody, and for who chose none, as for somebody."""
        with self._place():
            try:
                # Whoever chose none has no right one either, not even that of nobody.
                return _HASHER.verify(password_hash or self._nobody, password) and bool(password_hash)
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


@cache
def common_passwords() -> frozenset[str]:
    """The passwords that most people have, and the words and names that are tried like them; read once."""
    return frozenset(COMMON.read_text(encoding="utf-8").split("\n")) - {""}
