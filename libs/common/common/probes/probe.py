"""A probe, and what it looks with."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString

from common.clock import Clock
from common.contracts.promises import Witness, witness_of
from common.database import Connection, Database
from common.probes.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What probes look with: a role that can read its service's tables and change nothing, and the time."""

    database: Database
    clock: Clock

    @contextmanager
    def read(self) -> Generator[Connection]:
        """One moment of the database. Nothing outside it is asked while this is open. Raises Unavailable."""
        with self.database.begin() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    def row(self, query: LiteralString, values: dict[str, Any] | list[Any] | None = None) -> tuple[Any, ...]:
        """The one row of a question of one row. Raises Unavailable."""
        with self.read() as connection:
            (row,) = connection.execute(query, values or {}).fetchall()
            return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Looks at one thing about one promise; both stand in `common.contracts.promises`.

    `check` may raise: then nothing is found, and what was found before grows stale.
    """

    promise: str
    name: str
    check: Callable[[Look], Finding]

    @property
    def witness(self) -> Witness:
        """Its entry, which says how often it looks. Raises LookupError."""
        return witness_of(self.promise, self.name)

    def every(self, pace: float) -> timedelta:
        """How often it looks."""
        return self.witness.every_at(pace)
