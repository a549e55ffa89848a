"""Orders that were begun here, for a day: who is interrupted and asks again gets the same figurine, not a second."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from figurine_client.command import private_files
from figurine_client.command.credentials import Credentials
from figurine_client.connection import new_key

# Half of what the studio remembers a key for.
KEPT_SECONDS: Final = 24 * 3600.0


class Started(BaseModel):
    """An order on its way: the key it is asked under, since when, and the figurine if the studio has answered."""

    model_config = ConfigDict(frozen=True)

    key: str
    at: float
    figurine_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one person, one small file each, named by a digest: the photo is not in it."""

    folder: Path

    def begin(self, digest: str) -> Started:
        """The order that this is, or a new one; written down before anything is asked."""
        self._sweep()
        path = self._path(digest)
        known = _read(path)
        if known is not None:
            return known
        started = Started(key=new_key(), at=time.time())
        private_files.write(path, started.model_dump_json())
        return started

    def answered(self, digest: str, started: Started, figurine_id: UUID) -> None:
        """The studio has it, under this id."""
        private_files.write(
            self._path(digest), started.model_copy(update={"figurine_id": figurine_id}).model_dump_json()
        )

    def end(self, digest: str) -> None:
        """It is over; the same once more is another order."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self.folder / f"{digest}.json"

    def _sweep(self) -> None:
        for path in self.folder.glob("*.json"):
            if _read(path) is None:
                path.unlink(missing_ok=True)


def digest_of(credentials: Credentials, photo: bytes | UUID, options: Mapping[str, object]) -> str:
    """What makes two orders the same: studio, key, photo and options."""
    said = photo if isinstance(photo, bytes) else photo.bytes
    parts = [credentials.url, credentials.api_key or "", json.dumps(options, sort_keys=True, default=str)]
    digest = hashlib.sha256(hashlib.sha256(said).digest())
    for part in parts:
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()


def _read(path: Path) -> Started | None:
    """An order that is not too old."""
    said = private_files.read(path)
    try:
        started = Started.model_validate_json(said) if said is not None else None
    except ValidationError:
        return None
    return started if started and 0 <= time.time() - started.at < KEPT_SECONDS else None
