"""Correcting one's own data: at once, or after a confirmation; and seeing to it that every copy follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from common.contracts.gateway import UserCorrected
from common.corrections import OldValues
from common.inventory import Category
from common.inventory.searching import Found
from gateway.domain.corrections import (
    CHANGES_A_DAY,
    CONTACT,
    EMAIL,
    NAME,
    ChangeMade,
    ChangeOver,
    Place,
    TooManyChanges,
    check_contact,
    check_name,
)
from gateway.domain.people import Account, NotSignedIn, check_address
from gateway.domain.security import Kind, Origin
from gateway.inventory import INVENTORY
from gateway.repository import Work
from gateway.repository.corrections import Errand
from gateway.use_cases import security
from gateway.use_cases.people import VERIFY_MAIL

# To the old address before anything else: somebody wants another, and how to stop it.
LEAVING_MAIL: Final = "address-leaving"
# To the new address, once the old was told.
CONFIRM_MAIL: Final = "address-confirm"
# In the place of that to an address that has an account of its own.
IN_USE_MAIL: Final = "address-in-use"
CHANGED_MAIL: Final = "address-changed"
ACCOUNTS: Final = "accounts"
PENDING: Final = "pending_addresses"
# Her own words, and what was answered to them: they say what was said then.
MESSAGES: Final = "ticket_messages"
PASSWORD_MAIL: Final = "password-changed"  # noqa: S105 - the name of a letter

ASKED_AGAIN: Final = "You have asked for it again since."
PART_OF_NEW: Final = "It is part of what you have told us since."
OWN_WORDS: Final = "You wrote this yourself in another place. It stays until you change or delete it there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be corrected at once; None leaves it as it is, an empty contact takes it away."""

    name: str | None = None
    contact: str | None = None


def correct_at_once(work: Work, account_id: UUID, wish: Wish) -> None:
    """Put a new name and contact in the place of the old. Saying the same again changes nothing."""
    account = _locked(work, account_id)
    wanted = {
        **({} if wish.name is None else {NAME: check_name(wish.name)}),
        **({} if wish.contact is None else {CONTACT: check_contact(wish.contact)}),
    }
    new = {field: value for field, value in wanted.items() if value != _values(account)[field]}
    if new:
        _correct(work, account, new, correction_id=work.clock.new_id())


def ask_for_address(work: Work, account_id: UUID, email: str, *, session_id: UUID) -> None:
    """Have a new address confirmed, after the old was told; the one she has calls off what waits.

    Nothing here depends on whether somebody else has the address: who asks would learn it.
    """
    account, email = _locked(work, account_id), check_address(email)
    asked_from = work.accounts.index_of(account.email)
    if work.accounts.index_of(email) == asked_from:
        call_off(work, account.id)
        return
    day_ago = work.clock.now() - timedelta(days=1)
    if work.mails.asked_since(account.id, LEAVING_MAIL, day_ago) >= CHANGES_A_DAY:
        raise TooManyChanges
    call_off(work, account.id)
    change_id = work.addresses.put(account.id, email, asked_from=asked_from, session_id=session_id)
    work.mails.add(account.id, LEAVING_MAIL, parameters={"change": str(change_id)})


def confirm_address(work: Work, account_id: UUID, change_id: UUID) -> None:
    """The new address is her own: it takes the old one's place. Twice is once. Raises ChangeOver, AddressTaken.

    Every other device is signed out; the one that asked stays.
    """
    account = work.accounts.lock(account_id)
    if account is None:
        raise ChangeOver
    if work.corrections.made(account_id, change_id):
        return
    change = work.addresses.take(account_id, change_id)
    if change is None or not work.accounts.has_index(account_id, change.asked_from):
        raise ChangeOver
    _correct(work, account, {EMAIL: change.email}, correction_id=change.id)
    security.note_ended(work, account_id, work.sessions.close_others(account_id, change.session_id))
    work.mails.call_off(account_id, [VERIFY_MAIL])
    # A link that went to the old address sets nothing any more.
    work.recoveries.drop(account_id)
    work.mails.add(account_id, CHANGED_MAIL)


def stop_address(work: Work, account_id: UUID, change_id: UUID) -> None:
    """The owner of the old address does not want it changed. Raises ChangeMade when that is done already.

    Whoever asked knew the password, so every device is signed out. Stopping what does not wait any more is no fault.
    """
    if work.accounts.lock(account_id) is None:
        raise ChangeOver
    if work.corrections.made(account_id, change_id):
        raise ChangeMade
    if work.addresses.take(account_id, change_id) is not None:
        work.mails.call_off(account_id, [LEAVING_MAIL, CONFIRM_MAIL])
        security.note_ended(work, account_id, work.sessions.close_others(account_id, None))
        work.keys.revoke_all(account_id)


def change_password(
    work: Work, account: Account, password_hash: str, *, session_id: UUID, origin: Origin = security.NOWHERE
) -> bool:
    """Another password: every other device is signed out, and she is told. False when it has changed meanwhile."""
    if not work.accounts.change_password(account, password_hash):
        return False
    work.recoveries.drop(account.id)
    security.note(work, account.id, Kind.PASSWORD_CHANGED, origin, session_id=session_id)
    security.note_ended(work, account.id, work.sessions.close_others(account.id, session_id), origin)
    work.mails.add(account.id, PASSWORD_MAIL)
    return True


def wish_for(account: Account, errand: Errand) -> Mapping[str, object]:
    """What billing needs to follow: what recognises the old values, and what they are now."""
    old = _old(errand, account)
    values = {field: value for field, value in _values(account).items() if field in old.digests}
    return {"fields": list(errand.fields), "key": old.key.hex(), "digests": old.told(), "values": values}


def look_again(work: Work, errand: Errand, followed: Mapping[str, Any]) -> bool:
    """Search everything for the old value once the copies have followed; False while something still holds it."""
    account = work.accounts.lock(errand.account_id)
    if account is None:
        return True
    old = _old(errand, account)
    found = work.corrections.places(INVENTORY, account.id, old)
    index = errand.old_index if EMAIL in old.digests else None
    left = any(_is_left(each, account, old) for each in found)
    left = left or (index is not None and work.accounts.has_index(account.id, index))
    gateway = {**errand.outcome.get("gateway", {}), "kept": _told(found)}
    outcome = {"gateway": gateway, "billing": dict(followed)}
    if left:
        work.corrections.note(errand.id, outcome)
        return False
    work.corrections.prove(errand.id, outcome)
    return True


def _correct(work: Work, account: Account, new: Mapping[str, str], *, correction_id: UUID) -> None:
    values = _values(account)
    old = OldValues.of({field: values[field] for field in new}).unlike(new)
    before = work.corrections.places(INVENTORY, account.id, old)
    if EMAIL in new:
        work.accounts.correct_address(account.id, new[EMAIL])
        work.news.forget_trouble(account.id)
    work.accounts.correct(account.id, new)
    work.answers.correct(account.id, holds=old.fields_in, replaced=lambda text: old.replaced(text, new))
    work.corrections.add(
        correction_id,
        account.id,
        sorted(new),
        old=old,
        old_index=work.accounts.index_of(account.email) if EMAIL in new else None,
        outcome={"gateway": {"corrected": _places(filter(_is_of_account, before))}},
    )
    work.outbox.add(UserCorrected(user_id=account.id, fields=tuple(sorted(new)), correction_id=correction_id))


def _old(errand: Errand, account: Account) -> OldValues:
    """What is old still: what she went back to since is not."""
    return errand.old.unlike({field: value for field, value in _values(account).items() if field in errand.later})


def _is_of_account(found: Found) -> bool:
    return found.table.category is Category.C1 and found.table.name != MESSAGES


def _is_left(found: Found, account: Account, old: OldValues) -> bool:
    """Whether it should not be there; what she has written or asked for since is hers."""
    if not _is_of_account(found) or found.table.name == PENDING:
        return False
    if found.table.name == ACCOUNTS:
        return found.column == found.field and old.field_of(_values(account)[found.field]) == found.field
    return True


def _places(found: Iterable[Found]) -> list[dict[str, str]]:
    places = {(each.table.what, each.field) for each in found}
    return [Place(place=place, field=field).told() for place, field in sorted(places)]


def _told(found: Iterable[Found]) -> list[dict[str, str]]:
    reasons = {PENDING: ASKED_AGAIN, ACCOUNTS: PART_OF_NEW}
    places = {(each.table.what, each.field, reasons.get(each.table.name, OWN_WORDS)) for each in found}
    return [Place(place=place, field=field, why=why).told() for place, field, why in sorted(places)]


def _values(account: Account) -> dict[str, str]:
    return {NAME: account.name, CONTACT: account.contact, EMAIL: account.email}


def call_off(work: Work, account_id: UUID) -> None:
    """Forget the address that waits, and the mails that would speak of it."""
    if work.addresses.drop(account_id):
        work.mails.call_off(account_id, [LEAVING_MAIL, CONFIRM_MAIL])


def _locked(work: Work, account_id: UUID) -> Account:
    account = work.accounts.lock(account_id)
    if account is None:
        raise NotSignedIn
    return account
