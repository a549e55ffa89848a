"""Small files that nobody else may read, and that are never half written."""

import os
import stat
from pathlib import Path
from tempfile import mkstemp

from figurine_client.errors import StudioError

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class ReadableByOthers(StudioError):
    """A file with a secret in it that others on this machine may read."""


def write(path: Path, text: str) -> None:
    """Write it whole: mode 0600, in a folder of mode 0700 if it has to be made."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Made with 0600, before anything is in it.
    descriptor, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> str | None:
    """What it says; None when there is none. Raises ReadableByOthers."""
    try:
        with path.open() as file:
            if os.fstat(file.fileno()).st_mode & OTHERS:
                message = f"Others may read {path}, so its key may be known. Revoke the key, then: chmod 600 {path}"
                raise ReadableByOthers(message)
            return file.read()
    except FileNotFoundError:
        return None
