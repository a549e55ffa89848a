"""Making a backup: one snapshot of the rows, the objects they name, the keys apart, and the journal last."""

import io
import json
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops.backup import journal
from ops.backup.archive import Archive, Draft, Pieces
from ops.backup.failures import BackupFailed
from ops.backup.kit import Locker
from ops.backup.place import BUCKETS, LOCKER, SECRETS, Place
from ops.backup.pool import KeptObject, Pool
from ops.backup.rows import Kept, Snapshot, outboxes_at_rest
from ops.embedded import files

# The names of files in an archive that are no table's.
MANIFEST, OBJECTS, EVENTS = "manifest", "objects", "events"
SHELF, POOL = "backups", "objects"
# In the head: which objects it names, for whoever clears up without the kit. Digests of sealed bytes tell nothing.
DIGESTS = "digests"
_SPARE_BYTES = 64 * 1024 * 1024
_SAID_EVERY = 1000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """Where backups go: rows and objects to one folder, keys to another."""

    rows: Path
    keys: Path

    @property
    def pool(self) -> Pool:
        """The objects that backups share."""
        return Pool(self.rows / POOL)

    @property
    def backups(self) -> Path:
        """Where the rows of each backup stand."""
        return self.rows / SHELF

    def check(self) -> None:
        """Raises BackupFailed where both are one: whoever finds a backup must not find its keys beside it."""
        rows, keys = self.rows.resolve(), self.keys.resolve()
        if keys == rows or rows in keys.parents or keys in rows.parents:
            raise BackupFailed("Keys have to lie apart from what they open: name another folder with --keys.")


@contextmanager
def alone(shelves: Shelves) -> Generator[None]:
    """One run at a time on these shelves."""
    for folder in (shelves.rows, shelves.keys):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with files.alone(shelves.rows / "lock"):
        yield


def make(place: Place, shelves: Shelves, say: Say) -> Archive:
    """A whole backup, or none. Raises BackupFailed; what a killed run left is swept by the next."""
    shelves.check()
    locker = Locker.read(place.folder / LOCKER)
    with alone(shelves):
        shelves.pool.sweep_drafts()
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        made = _Making(place, shelves, locker, say).run(name)
        journal.keep(place.store, shelves.rows, locker)
        say("the journal is up to date")
    return made


class _Making:
    def __init__(self, place: Place, shelves: Shelves, locker: Locker, say: Say) -> None:
        self._place, self._shelves, self._locker, self._say = place, shelves, locker, say

    def run(self, name: str) -> Archive:
        keys, rows = (Draft(shelf, name, self._locker) for shelf in (self._shelves.keys, self._shelves.backups))
        try:
            with self._place.ear.listening():
                self._place.ear.wait_for_the_earlier()
                moment, told, number = self._copy_rows(keys, rows)
                heard = list(self._place.ear.heard(number))
            rows.add(EVENTS, Pieces(map(_line, heard)))
            # After the rows: whatever they name lies there, unless its owner has deleted it in this very minute.
            objects = list(self._objects())
            rows.add(OBJECTS, Pieces(_line(kept.told()) for kept in objects))
            for secret in SECRETS:
                keys.add(secret, io.BytesIO((self._place.folder / secret).read_bytes()))
            # The keys first: rows without their keys would look whole and never open.
            keys.finish(made_at=moment, told=told)
            digests = sorted({kept.sha256 for kept in objects})
            return Archive.at(rows.finish(made_at=moment, told={**told, DIGESTS: digests}))
        except BaseException:
            keys.drop()
            rows.drop()
            raise

    def _copy_rows(self, keys: Draft, rows: Draft) -> tuple[datetime, dict[str, object], int]:
        """When it was, what the manifests of both have in common, and how many events had been heard by then."""
        with ExitStack() as held:
            with outboxes_at_rest(self._place.database):
                snapshot = held.enter_context(Snapshot.of(self._place.database))
                number = self._place.ear.number()
            # Rows take less room than they do in the database.
            look_for_room(self._shelves.rows, snapshot.size())
            tables: list[Kept] = []
            for kept in snapshot.tables():
                (keys if kept.apart else rows).add(kept.table, snapshot.read(kept))
                tables.append(snapshot.count(kept))
            moment, applied = snapshot.moment, snapshot.migrations()
        for draft, apart in ((keys, True), (rows, False)):
            held = {"tables": [kept.told() for kept in tables if kept.apart is apart], "migrations": applied}
            draft.add(MANIFEST, io.BytesIO(json.dumps(held).encode()))
        count = sum(kept.rows for kept in tables)
        self._say(f"{count} rows of {len(tables)} tables, as of {moment:%Y-%m-%d %H:%M:%S} UTC")
        return moment, {"rows": count}, number

    def _objects(self) -> Iterator[KeptObject]:
        pool, store, there = self._shelves.pool, self._place.store, 0
        for bucket in BUCKETS:
            found = list(store.list(bucket))
            look_for_room(self._shelves.rows, sum(item.size for item in found if pool.lacks(bucket, item.key)))
            for item in found:
                if kept := pool.keep(store, bucket, item.key):
                    there += 1
                    yield kept
                    if there % _SAID_EVERY == 0:
                        self._say(f"{there} objects")
        pool.remember()
        self._say(f"{there} objects")


def look_for_room(folder: Path, needed: int) -> None:
    """Raises BackupFailed where the disk has no room for so many bytes, and some."""
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise BackupFailed(f"There is no room in {folder}: {needed + _SPARE_BYTES} bytes are needed, {free} are free.")


def _line(held: Mapping[str, object]) -> bytes:
    return json.dumps(held).encode() + b"\n"
