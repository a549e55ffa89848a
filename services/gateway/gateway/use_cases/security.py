"""The security log: what is noted when somebody signs in and out, and what its owner is shown of it."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from common.erasure import PersonGone
from gateway.domain.security import Kind, Origin, Used
from gateway.repository import Work

NOWHERE = Origin()


def note(work: Work, account_id: UUID, kind: Kind, origin: Origin, *, session_id: UUID | None = None) -> None:
    """Write down what happens with an account; of who is gone nothing is written any more."""
    with suppress(PersonGone):
        work.security.note(account_id, kind, origin, session_id=session_id)


def note_ended(work: Work, account_id: UUID, session_ids: Iterable[UUID], origin: Origin = NOWHERE) -> None:
    """Devices were signed out that did not ask for it themselves."""
    for session_id in session_ids:
        note(work, account_id, Kind.SESSION_ENDED, origin, session_id=session_id)


def read(work: Work, account_id: UUID, *, before: UUID | None, limit: int) -> list[Used]:
    """What happened with an account in the last thirty days, the latest first."""
    return work.security.of(account_id, before=before, limit=limit)
