"""Which account of the machine a server runs under.

Postgres refuses to run as root, and RabbitMQ should not: as root, each runs as the account its
package made. As anybody else, everything runs as that person.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path


def account_of(server: str) -> str | None:
    """The account to change to, or None to stay who we are. Raises KeyError if it is missing."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam(server).pw_name


def hand_over(path: Path, account: str | None) -> None:
    """Make the account own a folder and everything in it."""
    if account is None:
        return
    entry = pwd.getpwnam(account)
    for each in [path, *path.rglob("*")]:
        os.chown(each, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def run_as(account: str | None, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run a command under the account, to its end."""
    entry = None if account is None else pwd.getpwnam(account)
    return subprocess.run(
        command,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        user=None if entry is None else entry.pw_uid,
        group=None if entry is None else entry.pw_gid,
        extra_groups=None if entry is None else [],
    )


def reachable_by_all(path: Path) -> bool:
    """Whether any account may pass through every folder on the way to the path."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
