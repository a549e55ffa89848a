"""Words in sealed columns, and data keys of what lies in buckets."""

from uuid import UUID

from common.sealing import Sealer


class Seals:
    """A person's words, sealed under her key for one column; and data keys, wrapped under it."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, words: str, *, owner: UUID, purpose: str) -> bytes:
        """The words for the column."""
        return self._sealer.seal(words.encode(), owner=str(owner), purpose=purpose)

    def open(self, sealed: bytes, *, owner: UUID, purpose: str) -> str:
        """The words again. Raises Unsealable."""
        return self._sealer.open(sealed, owner=str(owner), purpose=purpose).decode()

    def rewrap(self, wrapped: bytes, *, owner: UUID) -> bytes:
        """A data key that came wrapped under a keyring, under her key. Raises Unsealable."""
        return self._sealer.rewrap(wrapped, owner=str(owner))
