"""Plain SQL files, applied once, in order, by one process at a time."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

import psycopg

from common.database import Connection

COMMON = Path(__file__).parent / "migrations"


class MigrationChanged(Exception):
    """A migration that was already applied has been edited since; write a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file; its name orders it, its checksum pins it."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrate(url: str, directory: Path, *, common: Path = COMMON) -> list[str]:
    """Bring the schema of the connecting role up to date; returns what was applied.

    Each file is one transaction. Other processes that migrate the same schema wait. Only who restores a backup names
    another folder for `common`: one with the files that had been applied when it was made.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('migrate:' || current_schema()))")
        connection.execute(
            """
            CREATE TABLE IF NOT EXISTS migrations (
                name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """
        )
        applied = dict(connection.execute("SELECT name, checksum FROM migrations").fetchall())
        return [
            migration.name
            for migration in _all(directory, common)
            if _apply(connection, migration, applied.get(migration.name))
        ]


def missing(connection: Connection, directory: Path) -> list[str]:
    """What `migrate` would apply to the schema of the connecting role, whoever owns it. Changes nothing."""
    found = connection.execute("SELECT to_regclass(current_schema() || '.migrations')").fetchone()
    if found is None or found[0] is None:
        return [migration.name for migration in _all(directory, COMMON)]
    applied = {name for (name,) in connection.execute("SELECT name FROM migrations").fetchall()}
    return [migration.name for migration in _all(directory, COMMON) if migration.name not in applied]


def names(directory: Path) -> frozenset[str]:
    """The names of what `migrate` applies."""
    return frozenset(versions(directory))


def versions(directory: Path) -> dict[str, str]:
    """Their checksums by name, in their order."""
    return {migration.name: migration.checksum for migration in _all(directory, COMMON)}


def _all(directory: Path, common: Path) -> list[Migration]:
    return [*_read(common, "common"), *_read(directory, "")]


def _read(directory: Path, prefix: str) -> list[Migration]:
    files = sorted(directory.glob("[0-9]*.sql"))
    return [Migration(name=f"{prefix}/{file.name}".lstrip("/"), sql=file.read_text()) for file in files]


def _apply(connection: Connection, migration: Migration, checksum: str | None) -> bool:
    if checksum == migration.checksum:
        return False
    if checksum is not None:
        raise MigrationChanged(migration.name)
    with connection.transaction():
        # The file is ours and versioned with the code: as literal as a string in it.
        connection.execute(cast("LiteralString", migration.sql))
        connection.execute(
            "INSERT INTO migrations (name, checksum) VALUES (%s, %s)", [migration.name, migration.checksum]
        )
    return True
