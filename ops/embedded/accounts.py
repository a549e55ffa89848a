"""Which account of the machine a server runs under.

Postgres refuses to run as root, and RabbitMQ should not: as root, each runs as the account its
package made. As anybody else, everything runs as that person.
"""

import os
import pwd
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


def identity(account: str | None) -> dict[str, str | int | list[str | int]]:
    """The arguments with which `subprocess` starts something under the account."""
    if account is None:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def reachable_by_all(path: Path) -> bool:
    """Whether any account may pass through every folder on the way to the path."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
