"""The journal of tombstones, outside the database: what a restored backup has forgotten, it still knows.

One small object for each, `tombstones/<service>/<number>`, written before anything is destroyed.
"""

import io
import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from common.erasure.tombstones import Tombstone
from common.storage import ObjectMissing, ObjectStore

BUCKET = "tombstones"
_DIGITS = 12


class Journal:
    """One service's part of the journal."""

    def __init__(self, store: ObjectStore, service: str, *, bucket: str = BUCKET) -> None:
        self._store = store
        self._bucket = bucket
        self._prefix = f"{service}/"

    def write(self, stone: Tombstone) -> None:
        """Write a tombstone down; again is nothing new.

        Raises JournalAhead where its number is somebody else's: an old backup was put back under a service that runs.
        """
        known = self._read_if_there(stone.number)
        if known is not None and known.person != stone.person:
            raise JournalAhead
        body = json.dumps(
            {
                "number": stone.number,
                "person": stone.person.hex(),
                "request_id": str(stone.request_id),
                "fenced_at": stone.fenced_at.isoformat(),
                "aliases": [alias.hex() for alias in stone.aliases],
            }
        ).encode()
        self._store.put(self._bucket, self._key(stone.number), io.BytesIO(body), length=len(body))

    def after(self, number: int) -> Iterator[Tombstone]:
        """The tombstones with higher numbers, in their order."""
        for found in self._store.list(self._bucket, self._prefix, after=self._key(number)):
            yield self._read(found.key)

    def _read_if_there(self, number: int) -> Tombstone | None:
        try:
            return self._read(self._key(number))
        except ObjectMissing:
            return None

    def _read(self, key: str) -> Tombstone:
        with self._store.get(self._bucket, key) as stored:
            kept = json.loads(stored.stream.read())
        return Tombstone(
            number=kept["number"],
            person=bytes.fromhex(kept["person"]),
            request_id=UUID(kept["request_id"]),
            fenced_at=datetime.fromisoformat(kept["fenced_at"]),
            aliases=[bytes.fromhex(alias) for alias in kept["aliases"]],
        )

    def _key(self, number: int) -> str:
        return f"{self._prefix}{number:0{_DIGITS}d}"


class JournalAhead(Exception):
    """The journal knows more than the database: the service has to be started again, and reads it then."""
