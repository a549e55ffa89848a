"""Promise C2: photos that should be gone, in the rows and in the store."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from common.database import Connection
from common.probes import Finding, Look
from common.probes.objects import sample
from common.storage import ObjectStore
from generation.domain import EXPIRY_MARGIN, UPLOAD_LIFETIME

# A photo goes when its figurine ends; deleting is tried again every few seconds.
GOES_WITHIN: Final = timedelta(minutes=15)
# What no row names was left by an order that broke off, or by a slow copier; both are swept before that.
STRAY_UPLOAD: Final = UPLOAD_LIFETIME + EXPIRY_MARGIN
STRAY_COPY: Final = timedelta(hours=3)
_OBJECTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoWatch:
    """Where photos lie: on their way, and saved by their owners' choice."""

    store: ObjectStore
    uploads: str = "uploads"
    photos: str = "photos"

    def look(self, look: Look) -> Finding:
        """Compare uploads with their figurines, and the store's listing with the rows.

        Broken on purpose: stop the job `delete uploads`; put back an object of an upload that was deleted a quarter of
        an hour ago; put one into `photos` that nobody saved (it is strange after three hours, by the store's clock).
        """
        # The listing first: what comes after it has its row by then.
        uploads, copies = self._listed(look, self.uploads), self._listed(look, self.photos)
        now = look.clock.now()
        with look.read() as connection:
            late = _number(connection, _LATE, [now - GOES_WITHIN])
            back = _number(connection, _BACK, [list(uploads), now - GOES_WITHIN])
            strays = _strange(connection, _UPLOADS, uploads, now - STRAY_UPLOAD)
            unasked = _strange(connection, _COPIES, copies, now - STRAY_COPY)
        return Finding.of(
            f"{late} photos are still held {GOES_WITHIN.seconds // 60} minutes after their figurine ended; of "
            f"{len(uploads)} uploads found in the store {back} are deleted by what is written and {strays} belong to "
            f"no order, and of {len(copies)} saved photos {unasked} were saved by nobody.",
            broken=bool(late or back or strays or unasked),
            late=late,
            uploads=len(uploads),
            back=back,
            strays=strays,
            copies=len(copies),
            unasked=unasked,
        )

    def _listed(self, look: Look, bucket: str) -> Mapping[UUID, datetime]:
        """Photos of some of a bucket's objects, and when the newest part of each came."""
        found: dict[UUID, datetime] = {}
        for item in sample(self.store, bucket, look.clock, some=_OBJECTS):
            id = _id_of(item.key)
            if id is not None:
                found[id] = max(item.modified_at, found.get(id, item.modified_at))
        return found


# Those that are held are found by their own index.
_LATE: LiteralString = """
    SELECT count(*) FROM (
        SELECT FROM uploads JOIN figurines ON figurines.id = uploads.figurine_id
         WHERE uploads.state <> 'deleted' AND figurines.finished_at < %s LIMIT 1000) AS late
"""
_BACK: LiteralString = """
    SELECT count(*) FROM uploads WHERE id = ANY (%s) AND state = 'deleted' AND deleted_at < %s
"""
_UPLOADS: LiteralString = "SELECT id FROM uploads WHERE id = ANY (%s)"
_COPIES: LiteralString = "SELECT id FROM saved_photos WHERE id = ANY (%s)"


def _number(connection: Connection, query: LiteralString, values: list[object]) -> int:
    ((found,),) = connection.execute(query, values).fetchall()
    return int(found)


def _strange(connection: Connection, query: LiteralString, found: Mapping[UUID, datetime], before: datetime) -> int:
    """How many of them no row names, although they are as old as that."""
    known: Collection[UUID] = {id for (id,) in connection.execute(query, [list(found)]).fetchall()}
    return sum(id not in known and came < before for id, came in found.items())


def _id_of(key: str) -> UUID | None:
    try:
        return UUID(key.partition("/")[0])
    except ValueError:
        return None
