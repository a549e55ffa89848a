"""After a backup was put back: whoever has left since is erased again before the service serves anybody.

The journal outside the database knows tombstones that a restored database has forgotten. It holds no ids, so every
person the database knows is compared by mark. Nothing is asked while the two agree, which is what a start usually
finds: the journal is read from the newest number on that the database has.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import structlog
from psycopg import sql

from common.database import Connection
from common.erasure.eraser import Eraser
from common.erasure.fence import Fence
from common.erasure.journal import Journal
from common.erasure.records import Erasures
from common.erasure.tombstones import Tombstone, Tombstones
from common.inventory import Inventory
from common.inventory.erasing import erase_rows
from common.inventory.planning import plan_erasure
from common.inventory.whose import Subject
from common.service import Service

W = TypeVar("W")

_PEOPLE_AT_ONCE = 1000
# Two processes of a service that start together: one replays, the other waits and finds it done.
_LOCK = "SELECT pg_advisory_lock(hashtext('replay:' || current_schema()))"
_log = structlog.stdlib.get_logger("common.erasure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(Generic[W]):
    """What is done before a service opens its doors."""

    service: Service[W]
    fence: Fence
    journal: Journal
    eraser: Eraser[W]

    def run(self) -> int:
        """Erase again whoever the journal knows and the database does not; returns how many were found.

        Raises Unavailable while the journal cannot be read: nobody knows then who must not be served.
        """
        with self.service.unit.database.listen() as alone:
            alone.execute(_LOCK)
            lost = self._lost(alone)
            if not lost:
                return 0
            _log.warning("backup restored: erasing again", tombstones=len(lost))
            found = self._fence_again(alone, lost)
            while self.eraser.run():
                pass
            self._check(found)
            by_alias = self._erase_aliases(lost)
            # Last: a start that was interrupted before this begins again from the same number.
            self._put_back(lost)
        _log.warning("backup restored: erased again", people=len(found), rows_under_pseudonyms=by_alias)
        return len(found)

    def _lost(self, connection: Connection) -> Sequence[Tombstone]:
        stones = Tombstones(connection)
        return [stone for stone in self.journal.after(stones.newest()) if stones.of(stone.person) is None]

    def _fence_again(self, connection: Connection, lost: Sequence[Tombstone]) -> Mapping[UUID, UUID]:
        """The requests of those who are still known here, by request; their erasure is written down."""
        by_mark = {stone.person: stone for stone in lost}
        found: dict[UUID, UUID] = {}
        for people in known_people(connection, self.service.inventory):
            for user_id in people:
                stone = by_mark.get(self.fence.mark(user_id))
                if stone is not None:
                    found[stone.request_id] = user_id
        with self.service.unit.open() as opened:
            erasures = Erasures(opened.connection, opened.clock, self.service.name)
            for request_id, user_id in found.items():
                erasures.begin(request_id, user_id)
                erasures.call(request_id)
                self.service.leaving.begin(opened.work, user_id)
        return found

    def _erase_aliases(self, lost: Sequence[Tombstone]) -> int:
        """Rows under a pseudonym lead to no mark; returns how many went."""
        aliases = [alias for stone in lost for alias in stone.aliases]
        if not aliases:
            return 0
        with self.service.unit.open() as opened:
            nobody = Subject(user_id=opened.clock.new_id(), pseudonyms=aliases)
            plan = plan_erasure(opened.connection, self.service.inventory, nobody)
            done = erase_rows(opened.connection, self.service.inventory, plan, pseudonym=nobody.user_id)
        return sum(outcome.erased + outcome.anonymised for outcome in done.values())

    def _check(self, found: Mapping[UUID, UUID]) -> None:
        with self.service.unit.open() as opened:
            erasures = Erasures(opened.connection, opened.clock, self.service.name)
            left = [request_id for request_id in found if not _is_over(erasures, request_id)]
        if left:
            raise NotErasedAgain(len(left))

    def _put_back(self, lost: Sequence[Tombstone]) -> None:
        with self.service.unit.open() as opened:
            stones = Tombstones(opened.connection)
            stones.give_way(max(stone.number for stone in lost))
            for stone in lost:
                stones.restore(stone)
                stones.close(stone.person, at=opened.clock.now())


class NotErasedAgain(Exception):
    """Some of those who left could not be erased again yet."""


def known_people(connection: Connection, inventory: Inventory) -> Iterator[Collection[UUID]]:
    """Every user id in the declared tables, a batch at a time; some come more than once."""
    for table in inventory.tables:
        if not isinstance(table.subject, str):
            continue
        column = sql.Identifier(table.subject)
        query = sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL").format(column, sql.Identifier(table.name))
        with connection.transaction(), connection.cursor(name=f"people_{table.name}") as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_PEOPLE_AT_ONCE):
                yield [user_id for (user_id,) in rows]


def _is_over(erasures: Erasures, request_id: UUID) -> bool:
    erasure = erasures.find(request_id)
    return erasure is not None and erasure.user_id is None
