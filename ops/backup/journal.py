"""What happened since a backup that a restore must not undo: who left, and which pictures and photos were deleted.

`journal.json` beside the backups holds every service's tombstones (keyed digests and pseudonyms, no id of anybody) and
which figurines and photos still lie in the store, signed by the studio. It is small and quickly made: make it often.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from common.storage import ObjectStore
from ops.backup import kit
from ops.backup.failures import BackupFailed
from ops.backup.kit import Locker
from ops.backup.place import TOMBSTONES
from ops.embedded import files

FILE = "journal.json"
# Where a restored figurine or photo has to lie to be one that was not deleted since.
SUBJECTS = ("figurines", "photos")
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The state of the journal at one moment."""

    made_at: datetime
    # The bodies of tombstones by their keys in the store.
    stones: Mapping[str, str] = field(repr=False)
    # By bucket, the ids of what lies there.
    present: Mapping[str, frozenset[UUID]] = field(repr=False)

    @classmethod
    def of(cls, store: ObjectStore, *, before: "Journal | None" = None, at: datetime | None = None) -> "Journal":
        """As the store has it now, and whoever stood in an earlier one."""
        stones = dict(before.stones) if before else {}
        for found in store.list(TOMBSTONES):
            if found.key not in stones:
                with store.get(TOMBSTONES, found.key) as stored:
                    stones[found.key] = stored.stream.read().decode()
        present = {bucket: frozenset(_ids(item.key for item in store.list(bucket))) for bucket in SUBJECTS}
        return cls(made_at=at or datetime.now(UTC), stones=stones, present=present)

    def has(self, bucket: str, key: str) -> bool:
        """Whether an object was still there; of those that nobody deletes one by one, always."""
        return bucket not in self.present or not self.present[bucket].isdisjoint(_ids([key]))

    @classmethod
    def read(cls, folder: Path, signer: bytes) -> "Journal | None":
        """The one in the folder; None where there is none. Raises BackupFailed for one that was tampered with."""
        path = folder / FILE
        if not path.exists():
            return None
        try:
            held: dict[str, Any] = json.loads(path.read_text())
            text = str(held["journal"])
            kit.check(signer, text.encode(), base64.b64decode(held["signature"]))
            told = json.loads(text)
        except (ValueError, KeyError):
            raise BackupFailed(f"{path} is damaged.") from None
        return cls(
            made_at=datetime.fromisoformat(told["made_at"]),
            stones=told["stones"],
            present={bucket: frozenset(map(UUID, ids)) for bucket, ids in told["present"].items()},
        )

    def write(self, folder: Path, locker: Locker) -> None:
        """In the place of the one before, in one step."""
        text = json.dumps(
            {
                "format": _FORMAT,
                "made_at": self.made_at.isoformat(),
                "stones": dict(self.stones),
                "present": {bucket: sorted(map(str, ids)) for bucket, ids in self.present.items()},
            }
        )
        signature = base64.b64encode(locker.sign(text.encode())).decode()
        files.write(folder / FILE, json.dumps({"journal": text, "signature": signature}))


def keep(store: ObjectStore, folder: Path, locker: Locker) -> Journal:
    """Bring the journal in the folder up to date."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    journal = Journal.of(store, before=Journal.read(folder, locker.signer))
    journal.write(folder, locker)
    return journal


def _ids(keys: Iterable[str]) -> Iterable[UUID]:
    """Whose objects they are, by the first part of their names; what is nobody's is none of ours."""
    for name in {key.partition("/")[0] for key in keys}:
        try:
            yield UUID(name)
        except ValueError:
            continue
