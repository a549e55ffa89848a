"""A folder of sealed files that is whole or not there.

    <id>/head.json       what is in it (names, lengths, SHA-256), the locked key, and the studio's signature of all that
    <id>/<name>          a wrapped key and the segments of `common.sealing`, for this archive and this name alone

It is written beside its place, under a name that begins with a dot, and moved there once it is complete and on disk.
"""

import base64
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from common.sealing import Keyring, Readable, Sealer, Unsealable
from ops.backup import kit
from ops.backup.failures import BackupFailed
from ops.backup.kit import Kit, Locker

HEAD = "head.json"
_DRAFT = ".draft-"
_CHUNK = 256 * 1024
_KEY_LENGTH_BYTES = 2
_FORMAT = 1


class Draft:
    """An archive in the making."""

    def __init__(self, shelf: Path, name: str, locker: Locker) -> None:
        """`shelf` is where archives stand; drafts of runs that were killed are swept off it."""
        shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in shelf.glob(f"{_DRAFT}*"):
            shutil.rmtree(left)
        self.name = name
        self._shelf, self._locker = shelf, locker
        self._folder = shelf / f"{_DRAFT}{name}"
        self._folder.mkdir(mode=0o700)
        self._key = os.urandom(32)
        self._files: dict[str, dict[str, object]] = {}

    def add(self, name: str, source: Readable) -> int:
        """Seal what is read into a file of this name; returns how many bytes lie there."""
        sealed = _sealer(self._key).seal_stream(source, owner=self.name, purpose=name)
        digest = hashlib.sha256()
        with (self._folder / name).open("xb") as file:
            piece = len(sealed.key).to_bytes(_KEY_LENGTH_BYTES, "big") + sealed.key
            while piece:
                digest.update(piece)
                file.write(piece)
                piece = sealed.read(_CHUNK)
            file.flush()
            os.fsync(file.fileno())
            length = file.tell()
        self._files[name] = {"sha256": digest.hexdigest(), "bytes": length}
        return length

    def finish(self, *, made_at: datetime, told: Mapping[str, object]) -> Path:
        """Sign it and put it in its place; `told` is what anybody may read of it."""
        held = {
            "format": _FORMAT,
            "name": self.name,
            "made_at": made_at.isoformat(),
            "key": base64.b64encode(self._locker.lock(self._key, purpose=self.name)).decode(),
            "files": self._files,
            **told,
        }
        signature = base64.b64encode(self._locker.sign(_canonical(held))).decode()
        with (self._folder / HEAD).open("x") as file:
            json.dump({**held, "signature": signature}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        place = self._shelf / self.name
        self._folder.rename(place)
        _sync(self._shelf)
        return place

    def drop(self) -> None:
        """Nothing of it stays."""
        shutil.rmtree(self._folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A whole one. Reading its head believes nothing yet: see `check`."""

    folder: Path
    head: Mapping[str, Any]

    @classmethod
    def at(cls, folder: Path) -> "Archive":
        """Raises BackupFailed where there is no whole archive."""
        try:
            head = json.loads((folder / HEAD).read_text())
        except (OSError, ValueError):
            raise BackupFailed(f"{folder} is no whole backup.") from None
        if head.get("format") != _FORMAT or head.get("name") != folder.name:
            raise BackupFailed(f"{folder} is no backup that this release can read.")
        return cls(folder=folder, head=head)

    @property
    def name(self) -> str:
        """Its id, which sorts by the moment."""
        return str(self.head["name"])

    @property
    def made_at(self) -> datetime:
        """When it was made, by the clock of the machine that did."""
        return datetime.fromisoformat(self.head["made_at"])

    def check(self, signer: bytes) -> int:
        """Whether the studio signed it and every byte is in its place; returns how many. Raises BackupFailed."""
        held = {name: value for name, value in self.head.items() if name != "signature"}
        kit.check(signer, _canonical(held), base64.b64decode(self.head["signature"]))
        return sum(self._check_file(name, told) for name, told in self.head["files"].items())

    def _check_file(self, name: str, told: Mapping[str, Any]) -> int:
        path = self.folder / name
        try:
            found = digest_of(path)
        except FileNotFoundError:
            raise BackupFailed(f"{path} is missing.") from None
        if found != told["sha256"]:
            raise BackupFailed(f"{path} was changed or is damaged.")
        return int(told["bytes"])

    def destroy(self) -> None:
        """The head first: what is left if this breaks off is no whole archive."""
        (self.folder / HEAD).unlink()
        shutil.rmtree(self.folder)

    def opened(self, opener: Kit) -> "Opened":
        """With the kit. Raises BackupFailed."""
        return Opened(self, opener.unlock(base64.b64decode(self.head["key"]), purpose=self.name))


class Opened:
    """An archive with its key."""

    def __init__(self, archive: Archive, key: bytes) -> None:
        self.archive = archive
        self._sealer = _sealer(key)

    def pieces(self, name: str) -> Iterator[bytes]:
        """What is in a file, as it was before it was sealed. Raises BackupFailed."""
        with (self.archive.folder / name).open("rb") as file:
            wrapped = file.read(int.from_bytes(file.read(_KEY_LENGTH_BYTES), "big"))
            try:
                yield from self._sealer.open_stream(file, wrapped, owner=self.archive.name, purpose=name)
            except Unsealable:
                raise BackupFailed(f"{self.archive.folder / name} does not open.") from None

    def json(self, name: str) -> Any:
        """A file that holds JSON."""
        return json.loads(b"".join(self.pieces(name)))

    def lines(self, name: str) -> Iterator[Any]:
        """A file that holds one JSON value to a line."""
        with io.BufferedReader(Pieces(self.pieces(name))) as whole:
            for line in whole:
                yield json.loads(line)


class Pieces(io.RawIOBase):
    """Pieces as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """What there is, as much as fits."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def archives(shelf: Path) -> list[Archive]:
    """Every whole one on a shelf, oldest first."""
    found = [path for path in sorted(shelf.glob("[0-9]*")) if (path / HEAD).exists()]
    return [Archive.at(path) for path in found]


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sealer(key: bytes) -> Sealer:
    return Sealer(Keyring.parse(f"1:{base64.b64encode(key).decode()}"))


def _canonical(held: Mapping[str, object]) -> bytes:
    return json.dumps(held, sort_keys=True, separators=(",", ":")).encode()


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
