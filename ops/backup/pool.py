"""Objects as they lie in the store, sealed under their owners' keys: each once, whichever backups name it.

objects/ab/<SHA-256>      the bytes; the name says whether they are whole
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from common.storage import ObjectMissing, ObjectStore
from ops.backup.archive import digest_of
from ops.backup.failures import BackupFailed
from ops.embedded import files

_CHUNK = 1024 * 1024
_MEMORY = "memory.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptObject:
    """One object in a backup. Its metadata holds the wrapped key, without which its bytes are noise."""

    bucket: str
    key: str
    etag: str
    length: int
    sha256: str
    metadata: Mapping[str, str] = field(repr=False)

    def told(self) -> dict[str, object]:
        """For a manifest."""
        return asdict(self)


class Pool:
    """The folder in which backups share their objects."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # What lies here by its name in the store. Only a memory: without it everything is fetched once more.
        self._memory = folder / _MEMORY
        self._known: dict[str, list[object]] = json.loads(self._memory.read_text()) if self._memory.exists() else {}
        self._seen: dict[str, list[object]] = {}

    def lacks(self, bucket: str, key: str) -> bool:
        """Whether it has to be fetched, as far as one can tell without asking."""
        return f"{bucket}/{key}" not in self._known

    def remember(self) -> None:
        """For the next run: what was seen in this one."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.write(self._memory, json.dumps(self._seen))

    def keep(self, store: ObjectStore, bucket: str, key: str) -> KeptObject | None:
        """An object of the store, fetched unless it lies here already; None if it has gone meanwhile."""
        try:
            found = store.stat(bucket, key)
            known = self._known.get(f"{bucket}/{key}")
            if known and known[:2] == [found.etag, found.length] and self._has(str(known[2]), found.length):
                digest = str(known[2])
            else:
                digest = self._fetch(store, bucket, key)
        except ObjectMissing:
            return None
        self._seen[f"{bucket}/{key}"] = [found.etag, found.length, digest]
        return KeptObject(
            bucket=bucket, key=key, etag=found.etag, length=found.length, sha256=digest, metadata=found.metadata
        )

    def put_back(self, store: ObjectStore, kept: KeptObject) -> None:
        """The object again, with the key beside it."""
        with self.path(kept.sha256).open("rb") as file:
            store.put(kept.bucket, kept.key, file, length=kept.length, metadata=kept.metadata)

    def check(self, digest: str) -> int:
        """Whether it is whole; returns how many bytes. Raises BackupFailed."""
        path = self.path(digest)
        if not path.exists():
            raise BackupFailed(f"{path} is missing.")
        if digest_of(path) != digest:
            raise BackupFailed(f"{path} was changed or is damaged.")
        return path.stat().st_size

    def everything(self) -> Iterator[Path]:
        """Every object in it."""
        return self._folder.glob("??/*")

    def path(self, digest: str) -> Path:
        """Where it lies."""
        return self._folder / digest[:2] / digest

    def _has(self, digest: str, length: int) -> bool:
        path = self.path(digest)
        return path.exists() and path.stat().st_size == length

    def _fetch(self, store: ObjectStore, bucket: str, key: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = hashlib.sha256()
        descriptor, draft = tempfile.mkstemp(dir=self._folder, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file, store.get(bucket, key) as stored:
                while piece := stored.stream.read(_CHUNK):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            place = self.path(digest.hexdigest())
            place.parent.mkdir(exist_ok=True, mode=0o700)
            Path(draft).replace(place)
        finally:
            Path(draft).unlink(missing_ok=True)
        return digest.hexdigest()

    def sweep_drafts(self) -> None:
        """What runs that were killed left half-read."""
        for draft in self._folder.glob(".*"):
            draft.unlink()
