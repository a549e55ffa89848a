"""Backups: python -m ops.backup kit | make | journal | verify | restore | prune.

Exit codes: 0 done, 1 it could not be done, and the last line says why.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from common.errors import Unavailable
from ops.backup import journal, kit, looking, making, restoring
from ops.backup.failures import BackupFailed
from ops.backup.kit import Kit, Locker
from ops.backup.making import Shelves
from ops.backup.place import LOCKER, Place
from ops.backup.restoring import Wish
from ops.embedded.failures import StackFailed
from ops.embedded.site import PROJECT

_KIT = PROJECT / ".figurine-recovery.json"
_AWAY = (psycopg.Error, Unavailable, OSError)


def _kit(given: argparse.Namespace, say: making.Say) -> None:
    kit.make(given.directory / LOCKER, given.kit)
    say(f"{given.kit} opens every backup of this studio. Move it off this machine, and keep a copy somewhere else.")


def _make(given: argparse.Namespace, say: making.Say) -> None:
    if not (given.directory / LOCKER).exists():
        Place.in_folder(given.directory)
        _kit(given, say)
    made = making.make(Place.in_folder(given.directory), _shelves(given), say)
    _prune(given, say)
    say(f"backup {made.name} is in {given.rows}, its keys in {given.keys}")


def _journal(given: argparse.Namespace, say: making.Say) -> None:
    locker = Locker.read(given.directory / LOCKER)
    shelves = _shelves(given)
    with making.alone(shelves):
        made = journal.keep(Place.in_folder(given.directory).store, shelves.rows, locker)
    say(f"{len(made.stones)} tombstones, {sum(map(len, made.present.values()))} figurines and photos")


def _verify(given: argparse.Namespace, say: making.Say) -> None:
    pair, total = restoring.verify(Wish(shelves=_shelves(given), kit=Kit.read(given.kit), name=given.name))
    say(f"backup {pair.rows.name} is whole and opens with the keys of {pair.keys.name}: {total} bytes")


def _restore(given: argparse.Namespace, say: making.Say) -> None:
    wish = Wish(shelves=_shelves(given), kit=Kit.read(given.kit), name=given.name, keep_api_keys=given.keep_api_keys)
    stack = restoring.restore(wish, given.into.resolve(), say)
    stack.stop()
    say(f"restored. Start it with: python -m ops.embedded --directory {given.into} up")


def _prune(given: argparse.Namespace, say: making.Say) -> None:
    looking.prune(_shelves(given), now=datetime.now(UTC), row_days=given.days, key_days=given.key_days, say=say)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace, making.Say], None]] = {
    "kit": _kit,
    "make": _make,
    "journal": _journal,
    "verify": _verify,
    "restore": _restore,
    "prune": _prune,
}


def main() -> int:
    """Do what the command line says; 1 if it could not be done."""
    given = _parser().parse_args()
    began = time.monotonic()

    def say(step: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {step}", flush=True)

    try:
        _COMMANDS[given.command](given, say)
    except (BackupFailed, StackFailed) as failure:
        print(failure, file=sys.stderr)
    except _AWAY as failure:
        # By its kind alone: the text of such an error may hold an address with a password.
        kind = type(failure).__name__
        print(f"The database, the store or the disk did not answer ({kind}). Is the studio up?", file=sys.stderr)
    else:
        return 0
    return 1


def _shelves(given: argparse.Namespace) -> Shelves:
    return Shelves(rows=given.rows, keys=given.keys)


def _folder(text: str) -> Path:
    """Not the folder one happens to be in, because a variable was empty."""
    if not text:
        raise argparse.ArgumentTypeError("a folder has to be named")
    return Path(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ops.backup", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in _COMMANDS:
        command = commands.add_parser(name)
        command.add_argument("--directory", type=Path, default=PROJECT / ".figurine", help="the folder of the studio")
        command.add_argument("--kit", type=Path, default=_KIT, help="the recovery kit, a file")
        if name == "kit":
            continue
        command.add_argument("--rows", type=_folder, required=True, help="the folder of backups")
        command.add_argument("--keys", type=_folder, required=True, help="the folder of their keys, on another disk")
        if name in {"verify", "restore"}:
            command.add_argument("--name", help="which backup; the newest without it")
        if name == "restore":
            command.add_argument("--into", type=_folder, required=True, help="a folder that is not there yet")
            command.add_argument("--keep-api-keys", action="store_true", help="also those that were revoked since")
        if name in {"make", "prune"}:
            command.add_argument("--days", type=int, default=looking.ROW_DAYS, help="how long rows are kept")
            command.add_argument("--key-days", type=int, default=looking.KEY_DAYS, help="how long keys are kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
