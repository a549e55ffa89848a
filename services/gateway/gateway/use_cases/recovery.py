"""A forgotten password: asked for by anybody, written to its owner only, and set once."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from gateway.domain.people import Account, check_address
from gateway.domain.recovery import RecoveryOver
from gateway.domain.security import Kind, Origin
from gateway.domain.tries import Limit
from gateway.repository import Work
from gateway.use_cases import corrections, security, tries
from gateway.use_cases.people import VERIFY_MAIL

RECOVER_MAIL: Final = "recover"
RESET_MAIL: Final = "password-reset"


def ask(work: Work, email: str, limits_of: Callable[[str], Sequence[Limit]]) -> None:
    """Somebody has forgotten the password of this address. Raises Invalid, TooManyTries.

    Nothing here depends on whether anybody has the address, so that neither answer nor time can tell.
    """
    index = work.accounts.index_of(check_address(email))
    tries.count(work, limits_of(index.hex()))
    work.recoveries.wish(index)


def see_to_next(work: Work) -> bool:
    """Have a link written to whoever has the address somebody typed in; False when nobody typed one in."""
    index = work.recoveries.next_wish()
    if index is None:
        return False
    account = work.accounts.find_by_index(index)
    if account is not None and not work.notices.leaving([account.id]):
        recovery_id = work.recoveries.put(account.id)
        work.mails.call_off(account.id, [RECOVER_MAIL])
        work.mails.add(account.id, RECOVER_MAIL, parameters={"recovery": str(recovery_id)})
        security.note(work, account.id, Kind.RECOVERY_ASKED, security.NOWHERE)
    return True


def read(work: Work, account_id: UUID, recovery_id: UUID) -> Account:
    """Whose password the link sets; raises RecoveryOver. It is not used up by that."""
    account = work.accounts.find(account_id)
    if account is None or work.recoveries.find(account_id, recovery_id) is None:
        raise RecoveryOver
    return account


def reset(work: Work, account_id: UUID, recovery_id: UUID, password_hash: str, *, origin: Origin) -> None:
    """Set a new password: of several who follow the link at once, one does. Raises RecoveryOver.

    Every device is signed out, every key is revoked, and an address that waits is called off: whoever asked for it may
    be why she is here.
    Who follows the link has shown that the address is hers.
    """
    account = work.accounts.lock(account_id)
    if account is None or not work.recoveries.take(account_id, recovery_id):
        raise RecoveryOver
    work.accounts.rehash(account_id, password_hash)
    if account.verified_at is None:
        # Nobody has shown before that the address is hers: what stands there may be a stranger's, who was here first.
        work.factors.drop_all(account_id)
        work.identities.drop_all(account_id)
    work.accounts.verify(account_id)
    work.news.forget_trouble(account_id)
    corrections.call_off(work, account_id)
    # A key that a stranger made with the old password outlives no new one that was asked for by mail.
    work.keys.revoke_all(account_id)
    work.mails.call_off(account_id, [VERIFY_MAIL, RECOVER_MAIL])
    security.note(work, account_id, Kind.PASSWORD_RESET, origin)
    security.note_ended(work, account_id, work.sessions.close_others(account_id, None), origin)
    work.mails.add(account_id, RESET_MAIL)
