"""Letters: those that other services ask for, whom each goes to, and what its sending brings about."""

from dataclasses import dataclass

import structlog

from common.contracts.billing import MailRequested
from gateway.domain.corrections import PendingAddress
from gateway.domain.people import Account
from gateway.repository import Work
from gateway.repository.mails import Mail
from gateway.use_cases.corrections import CONFIRM_MAIL, IN_USE_MAIL, LEAVING_MAIL

# What there are words for, in web/templates/mail.
LETTERS = frozenset(
    {
        "invoice",
        "invoice-paid",
        "invoice-part-paid",
        "invoice-owed",
        "invoice-reminder",
        "invoice-expired",
        "invoice-cancelled",
        "archive-ready",
    }
)
_log = structlog.get_logger("gateway.mails")


def write_to_person(work: Work, event: MailRequested) -> None:
    """Have a letter sent. One there are no words for is a fault of ours, and trying again would not mend it."""
    if event.template not in LETTERS:
        _log.error("no such letter", template=event.template)
        return
    if work.accounts.find(event.user_id) is None:
        return  # whoever is gone gets no letters
    work.mails.add(event.user_id, event.template, parameters=event.parameters, attachment=event.attachment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """A mail, whom it is about, where it goes, and the change of address it speaks of."""

    mail: Mail
    account: Account
    to: str
    template: str
    change: PendingAddress | None = None


def address(work: Work, mail: Mail) -> Addressed | None:
    """Where a mail goes as things stand now; None when nobody waits for it any more.

    What asks for a confirmation goes to the new address. If that is somebody else's, a note goes there instead: whoever
    asked is told the same in either case.
    """
    account = work.accounts.find(mail.account_id)
    if account is None:
        return None
    if mail.template not in {LEAVING_MAIL, CONFIRM_MAIL}:
        return Addressed(mail=mail, account=account, to=account.email, template=mail.template)
    change = work.addresses.find(account.id)
    if change is None or str(change.id) != mail.parameters.get("change"):
        return None
    if mail.template == LEAVING_MAIL:
        return Addressed(mail=mail, account=account, to=account.email, template=LEAVING_MAIL, change=change)
    owner = work.accounts.find_by_address(change.email)
    template = CONFIRM_MAIL if owner is None else IN_USE_MAIL
    return Addressed(mail=mail, account=account, to=change.email, template=template, change=change)


def note_sent(work: Work, mail: Mail) -> None:
    """The mail server took it."""
    work.mails.mark_sent(mail.id)
    _go_on(work, mail)


def note_refused(work: Work, mail: Mail) -> None:
    """It cannot be delivered, was tried long enough, or nobody waits for it."""
    work.mails.mark_refused(mail.id)
    _go_on(work, mail)


def _go_on(work: Work, mail: Mail) -> None:
    """Once the old address was told, or cannot be told, the new one is asked."""
    change = work.addresses.find(mail.account_id) if mail.template == LEAVING_MAIL else None
    if change is not None and str(change.id) == mail.parameters.get("change"):
        work.addresses.renew(change.id)
        work.mails.add(mail.account_id, CONFIRM_MAIL, parameters={"change": str(change.id)})
