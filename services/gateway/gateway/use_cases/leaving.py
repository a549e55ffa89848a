"""When somebody leaves: signed out everywhere at once, and told at the end, while there still is an address."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gateway.domain.figurines import UPLOAD_LIFETIME
from gateway.repository import Work

GOODBYE: Final = "goodbye"
UPLOADS: Final = "uploads"
# A mail server that is away does not keep somebody here against her will.
_PATIENCE: Final = timedelta(hours=1)


def sign_out(work: Work, user_id: UUID) -> None:
    """Every device, every key and every call-back at once."""
    work.sessions.close_all(user_id)
    work.recoveries.drop(user_id)
    work.keys.revoke_all(user_id)
    work.webhooks.remove_all(user_id)


def uploads_of(work: Work, user_id: UUID) -> Mapping[str, Sequence[str]]:
    """Photos that may still lie in the store: generation deletes those it has heard of, and may never hear of one."""
    since = work.clock.now() - UPLOAD_LIFETIME
    return {UPLOADS: [str(upload_id) for upload_id in work.figurines.uploads_since(user_id, since)]}


def say_goodbye(work: Work, user_id: UUID, request_id: UUID) -> bool:
    """All others have erased what they had: write so, and say whether the letter is on its way."""
    sign_out(work, user_id)
    if work.accounts.find(user_id) is None:
        return True
    waits = work.mails.waits(user_id, GOODBYE, since=work.clock.now() - _PATIENCE)
    if waits is None:
        work.mails.add(user_id, GOODBYE, parameters={"request_id": str(request_id)})
        return False
    return not waits
