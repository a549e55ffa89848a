"""Files that are whole or not there, private from their first byte, and one writer's at a time."""

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Replace a file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(draft).chmod(mode)
    Path(draft).replace(path)


@contextmanager
def alone(lock: Path) -> Generator[None]:
    """Nobody else, in this process or another, is inside with the same lock while the block lasts."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
