"""Looking at backups: which there are, whether they are whole, and which are old enough to go."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ops.backup.archive import HEAD, Archive, archives
from ops.backup.failures import BackupFailed
from ops.backup.making import DIGESTS, Say, Shelves, alone

# An erasure reaches every backup when the last copy of the person's key goes: a week after, as the promise is worded.
KEY_DAYS = 7
ROW_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The rows of a backup, and the newest keys there are: those of whoever left since are not among them."""

    rows: Archive
    keys: Archive


def find(shelves: Shelves, name: str | None) -> Pair:
    """The newest backup, or the one of this name. Raises BackupFailed."""
    backups, keys = archives(shelves.backups), archives(shelves.keys)
    rows = next((each for each in reversed(backups) if name in {None, each.name}), None)
    if rows is None:
        raise BackupFailed(f"There is no whole backup{f' {name}' if name else ''} in {shelves.rows}.")
    if not keys or keys[-1].name < rows.name:
        raise BackupFailed(f"The keys in {shelves.keys} are older than the backup {rows.name}: bring newer ones.")
    return Pair(rows=rows, keys=keys[-1])


def check(shelves: Shelves, pair: Pair, signer: bytes) -> int:
    """Whether every byte is what the studio signed; returns how many there are. Raises BackupFailed."""
    pool = shelves.pool
    total = pair.keys.check(signer) + pair.rows.check(signer)
    return total + sum(pool.check(digest) for digest in pair.rows.head[DIGESTS])


def prune(shelves: Shelves, *, now: datetime, row_days: int, key_days: int, say: Say) -> None:
    """Destroy what is too old, and objects that no backup names any more. The newest stay, however old."""
    if key_days > row_days:
        raise BackupFailed("Keys must not be kept longer than the rows they open.")
    with alone(shelves):
        _drop(shelves.keys, now - timedelta(days=key_days), "keys", say)
        _drop(shelves.backups, now - timedelta(days=row_days), "backup", say)
        wanted = {digest for backup in archives(shelves.backups) for digest in backup.head[DIGESTS]}
        unwanted = [path for path in shelves.pool.everything() if path.name not in wanted]
        for path in unwanted:
            path.unlink()
        if unwanted:
            say(f"{len(unwanted)} objects that no backup names are gone")


def _drop(shelf: Path, before: datetime, what: str, say: Say) -> None:
    for headless in (path for path in shelf.glob("[0-9]*") if not (path / HEAD).exists()):
        # Somebody was interrupted in the middle of destroying it.
        shutil.rmtree(headless)
    for each in archives(shelf)[:-1]:
        if each.made_at < before:
            each.destroy()
            say(f"{what} {each.name} is gone")
