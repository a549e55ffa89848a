"""Letters: asked for, sent, and what the mail server was told by that; who they go to, only the gateway knows."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

import structlog

from common.contracts.billing import MailRequested
from common.contracts.generation import PartnerDisclosed
from gateway.domain.announcements import LetterState
from gateway.domain.corrections import PendingAddress
from gateway.domain.people import Account
from gateway.repository import Work
from gateway.repository.mails import MAX_ATTEMPTS, Mail
from gateway.use_cases import news, tickets
from gateway.use_cases.announcements import TEST_MAIL
from gateway.use_cases.corrections import CONFIRM_MAIL, IN_USE_MAIL, LEAVING_MAIL
from gateway.use_cases.news import NEWS_MAIL
from gateway.use_cases.policies import POLICY_MAIL
from gateway.use_cases.policies import TEST_MAIL as POLICY_TEST_MAIL
from gateway.use_cases.recovery import RECOVER_MAIL

# What others may ask for; there are words for each in web/templates/mail.
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
# These go only to those who want them, whoever asks for them.
NEWS_LETTERS: Final = frozenset({NEWS_MAIL})
RELAY: Final = "mail_relay"
_log = structlog.get_logger("gateway.mails")


class Fate(StrEnum):
    """What became of one try to send a mail."""

    SENT = "sent"
    REFUSED = "refused"
    NO_MAILBOX = "no_mailbox"
    # Told of it, and not sent: it is tried again.
    UNSETTLED = "unsettled"
    # Told of it, and gone in the middle: it may have been sent. Only news is not tried again.
    UNKNOWN = "unknown"
    # Nothing was told: the server, or what was to go along, is away; or no server can be told.
    NOT_TOLD = "not_told"
    UNWRITABLE = "unwritable"


_TOLD: Final = frozenset({Fate.SENT, Fate.REFUSED, Fate.NO_MAILBOX, Fate.UNSETTLED, Fate.UNKNOWN})
_OF_MAILBOX: Final = frozenset({Fate.NO_MAILBOX, Fate.UNWRITABLE})
_FOR_GOOD: Final = frozenset({Fate.REFUSED, *_OF_MAILBOX})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A mail whose turn it is: whom it is about, where it goes, what it speaks of, and when this try began.

    Without an account it is for somebody who asked something and has none.
    """

    mail: Mail
    account: Account | None
    to: str
    template: str
    began: datetime
    change: PendingAddress | None = None


def write_to_person(work: Work, event: MailRequested) -> None:
    """Have a letter sent. One there are no words for is a fault of ours, and trying again would not mend it."""
    if event.template not in LETTERS:
        _log.error("no such letter", template=event.template)
        return
    if work.accounts.find(event.user_id) is None:
        return  # whoever is gone gets no letters
    work.mails.add(event.user_id, event.template, parameters=event.parameters, attachment=event.attachment)


def claim_mail(work: Work) -> ToSend | None:
    """The next mail to send.

    News is not sent to whoever has taken that back since it was written, and to nobody a second time; word of the
    policy to nobody who leaves.
    """
    while (mail := work.mails.claim()) is not None:
        account = work.accounts.find(mail.account_id) if mail.account_id else None
        if account is None and (sending := _to_nobodys(work, mail)) is not None:
            return sending
        if account is None or not _may_go_again(work, mail, account):
            _pass_over(work, mail)
            continue
        sending = (_worded if mail.template in {NEWS_MAIL, TEST_MAIL} else _addressed)(work, mail, account)
        if sending is not None:
            return sending
        work.mails.settle(mail.id)
        work.mails.mark_refused(mail.id)
        _go_on(work, mail)
    return None


def settle_mail(work: Work, sending: ToSend, fate: Fate) -> None:
    """Record what became of a try, and in the same breath what the mail server was told by it."""
    mail = sending.mail
    work.mails.settle(mail.id)
    if fate in _TOLD:
        _disclose(work, mail, mail.attempts, at=sending.began)
    if fate is Fate.SENT:
        work.mails.mark_sent(mail.id)
        work.notices.settle(mail.id, "told")
        news.settle(work, mail.id, LetterState.SENT)
    elif fate is Fate.UNKNOWN and mail.template in NEWS_LETTERS:
        _leave_at_that(work, mail)
    elif fate in _FOR_GOOD or mail.attempts >= MAX_ATTEMPTS:
        work.mails.mark_refused(mail.id)
        work.notices.settle(mail.id, "undeliverable")
        news.settle(work, mail.id, LetterState.REFUSED, of_mailbox=fate in _OF_MAILBOX)
    else:
        return
    if mail.ticket_id is not None and mail.template == tickets.RECEIVED:
        work.tickets.note_letter(mail.ticket_id, arrived=fate is Fate.SENT)
    _go_on(work, mail)


def _may_go_again(work: Work, mail: Mail, account: Account) -> bool:
    """Whoever tried before may have died over it: then the server may have been told, and news is left at that."""
    if mail.unsettled_since is not None:
        _disclose(work, mail, mail.attempts - 1, at=mail.unsettled_since)
        if mail.template in NEWS_LETTERS:
            _leave_at_that(work, mail)
            return False
    return _wanted(work, mail, account)


def _pass_over(work: Work, mail: Mail) -> None:
    """It goes to nobody; what was left at that before stays."""
    work.mails.drop(mail.id)
    work.notices.settle(mail.id, "departed")
    news.settle(work, mail.id, LetterState.PASSED_OVER)


def _leave_at_that(work: Work, mail: Mail) -> None:
    """The mail server may have it: a second letter would be worse than none."""
    work.mails.settle(mail.id)
    work.mails.mark_refused(mail.id)
    news.settle(work, mail.id, LetterState.UNCERTAIN)


def _to_nobodys(work: Work, mail: Mail) -> ToSend | None:
    """A letter to the address that somebody without an account gave; None when the question is gone."""
    asked = tickets.sender_of(work, mail.ticket_id) if mail.ticket_id else None
    if asked is None or not asked[1].email:
        return None
    return ToSend(mail=mail, account=None, to=asked[1].email, template=mail.template, began=work.clock.now())


def _addressed(work: Work, mail: Mail, account: Account) -> ToSend | None:
    """Where a mail goes as things stand now; None when nobody waits for it any more.

    What asks for a confirmation goes to the new address. If that is somebody else's, a note goes there instead: whoever
    asked is told the same in either case.
    """
    now = work.clock.now()
    if mail.template == RECOVER_MAIL:
        recovery = work.recoveries.find(account.id, UUID(mail.parameters["recovery"]))
        if recovery is None:
            return None
        work.recoveries.renew(recovery.id)
    if mail.template not in {LEAVING_MAIL, CONFIRM_MAIL}:
        return ToSend(mail=mail, account=account, to=account.email, template=mail.template, began=now)
    change = work.addresses.find(account.id)
    if change is None or str(change.id) != mail.parameters.get("change"):
        return None
    if mail.template == LEAVING_MAIL:
        return ToSend(mail=mail, account=account, to=account.email, template=LEAVING_MAIL, change=change, began=now)
    owner = work.accounts.find_by_address(change.email)
    template = CONFIRM_MAIL if owner is None else IN_USE_MAIL
    return ToSend(mail=mail, account=account, to=change.email, template=template, change=change, began=now)


def _worded(work: Work, mail: Mail, account: Account) -> ToSend | None:
    """News says what it says at this moment; None where that was thrown away."""
    said = news.words_for(work, account.id, mail.id, mail.parameters)
    if said is None:
        return None
    worded = replace(mail, parameters=said)
    return ToSend(mail=worded, account=account, to=account.email, template=mail.template, began=work.clock.now())


def _go_on(work: Work, mail: Mail) -> None:
    """Once the old address was told, or cannot be told, the new one is asked."""
    leaves = mail.account_id if mail.template == LEAVING_MAIL else None
    change = work.addresses.find(leaves) if leaves else None
    if change is not None and str(change.id) == mail.parameters.get("change"):
        work.addresses.renew(change.id)
        work.mails.add(mail.account_id, CONFIRM_MAIL, parameters={"change": str(change.id)})


def _wanted(work: Work, mail: Mail, account: Account) -> bool:
    if mail.template in {POLICY_MAIL, RECOVER_MAIL}:
        return not work.notices.leaving([account.id])
    return mail.template not in NEWS_LETTERS or news.is_wanted(work, account.id, mail.parameters)


def _disclose(work: Work, mail: Mail, attempt: int, *, at: datetime) -> None:
    """Put on record for its owner what the mail server was told. Without an account there is no record to read."""
    if mail.account_id is None:
        return
    work.outbox.add(
        PartnerDisclosed(
            user_id=mail.account_id,
            partner=RELAY,
            kind="address_letter_and_invoice" if mail.attachment else "address_and_letter",
            purpose=_purpose(mail),
            disclosed_at=at,
            # The same for each try, however late whoever made it says so.
            disclosure_id=_call(mail.id, attempt),
            tier="processor",
        )
    )


def _purpose(mail: Mail) -> str:
    """Which promise has the mail sent."""
    if mail.template in {POLICY_MAIL, POLICY_TEST_MAIL}:
        return "N1"
    if mail.template in {NEWS_MAIL, TEST_MAIL}:
        return "U6"
    return "U4" if mail.template in tickets.LETTERS else "U1"


def _call(mail_id: UUID, attempt: int) -> UUID:
    return uuid5(mail_id, str(attempt))
