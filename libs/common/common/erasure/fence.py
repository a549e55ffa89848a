"""The fence: who leaves begins nothing new, and nothing that comes late writes about who is gone."""

import base64
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from common.database import Connection
from common.errors import Forbidden

MARK_BYTES = 32


class PersonGone(Forbidden):
    """This account is being deleted. Nothing new can be begun with it."""

    code = "account_closing"


@dataclass(frozen=True, slots=True)
class Fence:
    """Knows people by a keyed digest (HMAC-SHA256, RFC 2104): it recognises who left, and tells nobody who it was."""

    key: bytes

    @classmethod
    def parse(cls, key: str) -> "Fence":
        """From a setting: base64 of 32 bytes. Raises ValueError."""
        decoded = base64.b64decode(key, validate=True)
        if len(decoded) != MARK_BYTES:
            raise ValueError("the key needs to be 32 bytes")
        return cls(decoded)

    def mark(self, user_id: UUID) -> bytes:
        """What stands for a person."""
        return hmac.digest(self.key, user_id.bytes, "sha256")

    def pseudonym(self, request_id: UUID) -> UUID:
        """What stands for a person in what is kept: the same at every attempt, so that sums stay sums."""
        return UUID(bytes=hmac.digest(self.key, b"pseudonym" + request_id.bytes, "sha256")[:16], version=4)

    def gone(self, connection: Connection, user_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of them who are gone. Whoever still is there cannot be erased before this transaction ends."""
        if not user_ids:
            return ()
        marks: Mapping[bytes, UUID] = {self.mark(user_id): user_id for user_id in user_ids}
        rows = connection.execute("SELECT gone_of(%s)", [list(marks)]).fetchall()
        return {marks[bytes(mark)] for (mark,) in rows}

    def admit(self, connection: Connection, user_id: UUID) -> None:
        """Let somebody begin something, in the caller's transaction. Raises PersonGone for who leaves or left."""
        # Who is not gone yet may be leaving: the lock is taken first, then looked at.
        gone = self.gone(connection, [user_id])
        leaving = connection.execute("SELECT 1 FROM tombstones WHERE person = %s", [self.mark(user_id)]).fetchone()
        if gone or leaving:
            raise PersonGone
