"""Copies of a person's data: how long one is kept, who gives a part, when one is put together. Pure."""

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from common.errors import Conflict, NotFound

# Whoever gets hold of a copy holds everything: it does not lie around.
ARCHIVE_KEPT: Final = timedelta(days=7)
# One that never comes is not waited for longer than the law lets a person wait.
GIVEN_UP_AFTER: Final = timedelta(days=28)
# A copy as young as this is the answer to the same wish.
FRESH_COPY: Final = timedelta(hours=1)
# How often who could not give a part is asked again.
ASKED_AGAIN_AFTER: Final = timedelta(hours=6)


class ArchiveNotReady(Conflict):
    """This archive is still being put together. We write to you as soon as it is there."""

    code = "archive_not_ready"


class ArchiveExpired(NotFound):
    """This archive is gone: it is kept for seven days. Ask for another copy."""

    code = "archive_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPart:
    """What a service gave: where it lies, its plain length in bytes, and what opens it for its owner.

    Without a `wrapped_key` it lies beside the object.
    """

    service: str
    object: str
    bytes: int
    sha256: str
    wrapped_key: builtins.bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """An archive that somebody is to put together: of which parts, and without whom."""

    request_id: UUID
    user_id: UUID
    attempt: int
    asked_at: datetime
    kind: str
    parts: Sequence[GivenPart] = field(default=())
    missing: Sequence[str] = field(default=())

    @property
    def object(self) -> str:
        """Where this attempt puts it: no other writes there."""
        return f"{self.request_id}/archive-{self.attempt}.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A copy as its owner finds it; `object` is None until there is one, and again when it is gone."""

    request_id: UUID
    user_id: UUID
    state: str
    object: str | None
    bytes: int | None
    missing: Sequence[str]
    ready_at: datetime | None
    delete_by: datetime

    def downloadable(self) -> tuple[str, int]:
        """Where it lies, and how many bytes it has. Raises ArchiveNotReady, ArchiveExpired."""
        if self.state == "gone":
            raise ArchiveExpired
        if self.object is None or self.bytes is None:
            raise ArchiveNotReady
        return self.object, self.bytes


# What people call the services, and what each of them has to do with them.
SERVICES_IN_WORDS: Final[Mapping[str, str]] = {
    "gateway": "the front door: your account, your sessions, your mails",
    "generation": "the workshop: your photos, your figurines",
    "billing": "the till: your credits, your payments",
    "privacy": "the privacy desk: your consents, your requests, what partners were given",
    "analytics": "the counters: how you use the studio",
}
