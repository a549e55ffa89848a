"""The way back: a backup becomes a stack of its own, in a folder where none is."""

import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.storage import ObjectStore
from ops import broker_topology
from ops.backup import afterwards, looking
from ops.backup.archive import Opened, Pieces
from ops.backup.failures import BackupFailed
from ops.backup.journal import Journal
from ops.backup.kit import Kit
from ops.backup.looking import Pair
from ops.backup.making import EVENTS, MANIFEST, OBJECTS, Say, Shelves
from ops.backup.place import SECRETS, TOMBSTONES, Place
from ops.backup.pool import KeptObject
from ops.backup.rows import Kept, Refill, migrate_to
from ops.embedded import files
from ops.embedded.stack import UNFINISHED, Stack

# The secret that tells one stack's processes from another's: with the old one, starting this stack would end the
# processes of the one that was backed up.
_OWN = "password stack"
_SECRETS = "secrets.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be restored, and how."""

    shelves: Shelves
    kit: Kit
    name: str | None = None
    keep_api_keys: bool = False


def restore(wish: Wish, directory: Path, say: Say) -> Stack:
    """A stack with the servers up and everything in them, its services not started yet.

    Nothing is written before every byte was checked. A folder in which a restore broke off is begun anew, and cannot be
    started until one was finished. Raises BackupFailed.
    """
    pair = looking.find(wish.shelves, wish.name)
    total = looking.check(wish.shelves, pair, wish.kit.signer)
    journal = _journal(wish, pair, say)
    keys, rows = pair.keys.opened(wish.kit), pair.rows.opened(wish.kit)
    say(f"backup {pair.rows.name} is whole: {total} bytes")
    stack = _ground(directory, keys)
    try:
        stack.start_servers()
        way = _Way(wish, keys=keys, rows=rows, journal=journal, say=say)
        broker_topology.declare_all(stack.rabbitmq.url, ca_file=stack.site.ca)
        way.fill(Place.of(stack))
    except BaseException:
        stack.stop()
        raise
    (directory / UNFINISHED).unlink()
    return stack


def _journal(wish: Wish, pair: Pair, say: Say) -> Journal:
    journal = Journal.read(wish.shelves.rows, wish.kit.signer)
    if journal is None or journal.made_at < pair.rows.made_at:
        raise BackupFailed(
            f"There is no journal in {wish.shelves.rows} that is as new as the backup: without it people who left, and "
            "pictures that were deleted, would come back."
        )
    say(f"the journal is of {journal.made_at:%Y-%m-%d %H:%M:%S} UTC: what was deleted after that is not known")
    return journal


def _ground(directory: Path, keys: Opened) -> Stack:
    """A folder with the secrets of then. Raises BackupFailed where a stack is."""
    if (directory / UNFINISHED).exists():
        Stack(directory).remove()
    if directory.exists() and any(directory.iterdir()):
        raise BackupFailed(f"{directory} is not empty. Restore into a folder of its own, and look before you move it.")
    directory.mkdir(parents=True, exist_ok=True)
    files.write(directory / UNFINISHED, "A restore into this folder was begun and not finished.\n")
    for name in SECRETS:
        text = b"".join(keys.pieces(name)).decode()
        files.write(directory / name, _without_mark(text) if name == _SECRETS else text)
    return Stack(directory)


def _without_mark(secrets: str) -> str:
    return json.dumps({name: secret for name, secret in json.loads(secrets).items() if name != _OWN}, indent=1)


class _Way:
    """Everything of one backup, on its way into servers that have nothing in them."""

    def __init__(self, wish: Wish, *, keys: Opened, rows: Opened, journal: Journal, say: Say) -> None:
        self._wish, self._keys, self._rows, self._journal, self._say = wish, keys, rows, journal, say

    def fill(self, place: Place) -> None:
        """Rows, objects, and tombstones last: every service reads those before it serves."""
        self._fill_tables(place)
        self._put_objects(place.store)
        for key, text in self._journal.stones.items():
            body = text.encode()
            place.store.put(TOMBSTONES, key, io.BytesIO(body), length=len(body))
        self._say(f"{place.ear.say_again(self._rows.lines(EVENTS))} events are on their way again")

    def _fill_tables(self, place: Place) -> None:
        manifest = self._rows.json(MANIFEST)
        # The schema of then, so that the rows fit; what this release adds comes with the first start.
        migrate_to(place.owners, manifest["migrations"])
        with Refill.of(place.database) as refill:
            refill.empty()
            for kept in _tables(manifest):
                refill.fill(kept, self._rows.pieces(kept.table))
            for kept in _tables(self._keys.json(MANIFEST)):
                refill.fill_keys(kept, self._keys.pieces(kept.table), until=self._rows.archive.made_at)
            refill.go_on_counting()
            changed = afterwards.settle(refill.connection, self._journal, keep_api_keys=self._wish.keep_api_keys)
        self._say(f"{sum(kept.rows for kept in _tables(manifest))} rows are back")
        for what, number in changed.items():
            self._say(f"{what}: {number}")

    def _put_objects(self, store: ObjectStore) -> None:
        """But those whose owners deleted them since."""
        pool, back = self._wish.shelves.pool, 0
        for told in self._rows.lines(OBJECTS):
            kept = KeptObject(**told)
            if self._journal.has(kept.bucket, kept.key):
                pool.put_back(store, kept)
                back += 1
        self._say(f"{back} objects are back")


def _tables(manifest: Mapping[str, Any]) -> Sequence[Kept]:
    return [Kept(**told) for told in manifest["tables"]]


def verify(wish: Wish) -> tuple[Pair, int]:
    """Open and count everything that is in a backup, without restoring it. Raises BackupFailed."""
    pair = looking.find(wish.shelves, wish.name)
    total = looking.check(wish.shelves, pair, wish.kit.signer)
    for opened in (pair.keys.opened(wish.kit), pair.rows.opened(wish.kit)):
        for name in opened.archive.head["files"]:
            shutil.copyfileobj(Pieces(opened.pieces(name)), _Nowhere())
    return pair, total


class _Nowhere:
    def write(self, data: bytes, /) -> int:
        return len(data)
