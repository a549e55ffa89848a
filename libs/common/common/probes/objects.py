"""Promise S3: what lies in the object store, as somebody sees it who has no key to open it."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from common.clock import Clock, first_id
from common.probes.finding import Finding
from common.probes.probe import Look, Probe
from common.sealing import Unsealable, is_readable, plain_length
from common.storage import ObjectInfo, ObjectMissing, ObjectStore

# Of each bucket so many objects that are new, and as many elsewhere.
SOME: Final = 6
_NEW: Final = timedelta(minutes=15)
_HEAD_BYTES: Final = 64
# What files begin with that people and the studio make: JPEG, PNG, GIF, WebP, PDF, ZIP, glTF, gzip, HEIF.
_FILES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"%PDF", b"PK\x03\x04", b"glTF", b"\x1f\x8b\x08\x00")
_HEIF: Final = b"ftyp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An object, and whether it is sealed as far as anybody can tell who has no key."""

    bucket: str
    sealed: bool
    # Whether the store says that it encrypts it besides.
    encrypted: bool


def sealed_objects(store: ObjectStore, names: Sequence[str]) -> Probe:
    """Read how some objects begin, new ones and others; sealed ones begin like nothing.

    Broken on purpose: put a photo into `uploads` as it is.
    """
    return Probe(promise="S3", name="what is stored is sealed", check=lambda look: _look(look, store, names))


def look_at(store: ObjectStore, names: Iterable[str], clock: Clock) -> list[Seen]:
    """How some objects of these buckets begin. Raises Unavailable."""
    seen: list[Seen] = []
    for bucket in names:
        for item in sample(store, bucket, clock):
            try:
                encrypted = store.stat(bucket, item.key).encrypted
                seen.append(Seen(bucket=bucket, sealed=_is_sealed(store, bucket, item), encrypted=encrypted))
            except ObjectMissing:
                # It went while it was looked at.
                continue
    return seen


def sample(store: ObjectStore, bucket: str, clock: Clock, *, some: int = SOME) -> list[ObjectInfo]:
    """Objects that came just now, and others by chance: keys begin with ids that sort by their moment."""
    oldest = next(store.list(bucket), None)
    if oldest is None:
        return []
    found = [item for after in _places(oldest, clock.now()) for item in islice(store.list(bucket, after=after), some)]
    return list({item.key: item for item in found}.values())


def _places(oldest: ObjectInfo, now: datetime) -> Iterator[str]:
    """Where to begin in the listing: near its end, somewhere, and at its beginning."""
    age = max((now - oldest.modified_at).total_seconds(), 0)
    # Which part is seen need not be a secret.
    somewhere = now - timedelta(seconds=random.uniform(0, age))  # noqa: S311 - see above
    yield from (str(first_id(now - _NEW)), str(first_id(somewhere)), "")


def _is_sealed(store: ObjectStore, bucket: str, item: ObjectInfo) -> bool:
    try:
        plain_length(item.size)
    except Unsealable:
        return False
    with store.get_range(bucket, item.key, offset=0, length=min(_HEAD_BYTES, item.size)) as stored:
        head = stored.stream.read()
    return not (is_readable(head) or head.startswith(_FILES) or head[4:8] == _HEIF)


def _look(look: Look, store: ObjectStore, names: Sequence[str]) -> Finding:
    seen = look_at(store, names, look.clock)
    readable = [each.bucket for each in seen if not each.sealed]
    return Finding.of(
        f"Of {len(seen)} objects in {len(names)} buckets, new ones and others by chance, {len(readable)} could be read "
        "by whoever has no key.",
        broken=bool(readable),
        objects=len(seen),
        readable=len(readable),
        which=", ".join(sorted(set(readable))),
    )
