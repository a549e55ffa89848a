"""When somebody leaves: signed out everywhere at once, and told at the end, while there still is an address."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from gateway.repository import Work

GOODBYE: Final = "goodbye"
# A mail server that is away does not keep somebody here against her will.
_PATIENCE: Final = timedelta(hours=1)


def sign_out(work: Work, user_id: UUID) -> None:
    """Every device at once."""
    work.sessions.close_all(user_id)


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
