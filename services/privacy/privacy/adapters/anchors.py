"""Where the chain of findings stands, outside the database: whoever shortens it there is found out."""

import io
import json
from datetime import date, datetime

from common.erasure.statements import NotSigned, sign, verify
from common.storage import ObjectMissing, ObjectStore
from privacy.ports import Anchor, AnchorForged, ReceiptKeys

ANCHORS = "anchors"
_HEAD = "head"
_DAYS = "days/"


class S3Anchors:
    """`head` is the newest; the first one of each day stays, under `days/<date>`."""

    def __init__(self, store: ObjectStore, keys: ReceiptKeys, *, bucket: str = ANCHORS) -> None:
        self._store = store
        self._keys = keys
        self._bucket = bucket

    def head(self) -> Anchor | None:
        """The newest. Raises Unavailable, AnchorForged."""
        return self._read(_HEAD)

    def first_since(self, day: date) -> Anchor | None:
        """The first of the first day from that one on. Raises Unavailable, AnchorForged."""
        # Names are listed after one: the day before sorts before all that is wanted.
        before = f"{_DAYS}{date.fromordinal(day.toordinal() - 1).isoformat()}"
        found = next(iter(self._store.list(self._bucket, _DAYS, after=before)), None)
        return None if found is None else self._read(found.key)

    def put(self, anchor: Anchor) -> None:
        """Write down where the chain stands. Raises Unavailable."""
        said = json.dumps({"number": anchor.number, "digest": anchor.digest.hex(), "at": anchor.at.isoformat()})
        body = json.dumps({"anchor": said, "signature": sign(self._keys.private, said)}).encode()
        day = f"{_DAYS}{anchor.at.date().isoformat()}"
        if self._read(day) is None:
            self._write(day, body)
        self._write(_HEAD, body)

    def _write(self, key: str, body: bytes) -> None:
        self._store.put(self._bucket, key, io.BytesIO(body), length=len(body))

    def _read(self, key: str) -> Anchor | None:
        try:
            with self._store.get(self._bucket, key) as stored:
                kept = json.loads(stored.stream.read())
            verify(self._keys.public["privacy"], kept["anchor"], kept["signature"])
            said = json.loads(kept["anchor"])
            return Anchor(
                number=said["number"],
                digest=bytes.fromhex(said["digest"]),
                at=datetime.fromisoformat(said["at"]),
            )
        except ObjectMissing:
            return None
        except (NotSigned, ValueError, KeyError, TypeError):
            raise AnchorForged from None
