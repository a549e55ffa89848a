"""The files of the source tree that are committed, or about to be."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from ops.audit.target import NotExamined


def texts(root: Path, suffix: str = "") -> Iterator[tuple[str, str]]:
    """Every text file by its path. Raises NotExamined where git cannot be asked."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotExamined("git cannot say which files belong to the tree") from error
    for name in filter(None, listed.stdout.split("\0")):
        path = root / name
        if name.endswith(suffix) and path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode(errors="replace")
