"""The gateway's clock door: mail, the style catalogue, and the copies that follow a correction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from common.errors import NotFound, Refused, Unavailable
from common.service import Job
from common.work import UnitOfWork
from gateway.domain.alarms import html_of, subject_of, text_of
from gateway.domain.styles import Choice, Option, Style
from gateway.ports import (
    AddressRefused,
    CopyHolder,
    DocumentSource,
    Letters,
    Mailer,
    MailRefused,
    MailUnknown,
    MailUnsettled,
    StyleSource,
    Unwritable,
)
from gateway.repository import CORRECTION_CHANNEL, MAIL_CHANNEL, RECOVERY_CHANNEL, Work
from gateway.use_cases import corrections, mails, promises, recovery
from gateway.use_cases.mails import Fate, ToSend

log = structlog.get_logger(__name__)
STYLES_FRESH = timedelta(seconds=15)
# The first that fits: without its document, a mail is told to nobody.
_FATES = (
    (NotFound, Fate.UNWRITABLE),
    (Unwritable, Fate.UNWRITABLE),
    (AddressRefused, Fate.NO_MAILBOX),
    (MailRefused, Fate.REFUSED),
    (MailUnknown, Fate.UNKNOWN),
    (MailUnsettled, Fate.UNSETTLED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who writes and sends, and who knows the styles."""

    unit: UnitOfWork[Work]
    mailer: Mailer
    letters: Letters
    styles: StyleSource
    documents: DocumentSource

    def send_next_mail(self) -> int:
        """Send one mail that waits; 0 when none does."""
        with self.unit.begin() as work:
            sending = mails.claim_mail(work)
        if sending is None:
            return 0
        fate = self._send(sending)
        with self.unit.begin() as work:
            mails.settle_mail(work, sending, fate)
        log.info("mail settled", mail_id=str(sending.mail.id), fate=fate)
        return 1

    def see_to_recovery(self) -> int:
        """Have one forgotten password's link written; 0 when nobody asked for one."""
        with self.unit.begin() as work:
            return int(recovery.see_to_next(work))

    def refresh_styles(self) -> int:
        """Hear the catalogue from generation now and then; while it is away, the last one counts."""
        with self.unit.begin() as work:
            if work.styles.heard_within(STYLES_FRESH):
                return 0
        try:
            styles = self.styles()
        except Unavailable:
            return 0
        with self.unit.begin() as work:
            work.styles.replace(styles)
        return 0

    def forget_rates(self) -> int:
        """Drop how many requests people sent in minutes that are over."""
        with self.unit.begin() as work:
            work.rates.forget()
            work.door_rates.forget()
        return 0

    def _send(self, sending: ToSend) -> Fate:
        mail, account = sending.mail, sending.account
        letter = self.letters.write(sending.template, account, mail.parameters, change=sending.change)
        try:
            document = self.documents(account.id, mail.attachment) if account and mail.attachment else None
            self.mailer.send(
                to=sending.to,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                attachment=document,
                headers=letter.headers,
                trace=letter.trace,
            )
        except (MailRefused, NotFound, Unavailable) as error:
            return next((fate for kind, fate in _FATES if isinstance(error, kind)), Fate.NOT_TOLD)
        return Fate.SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Sees to it that whoever holds a copy of what was corrected follows, and that the old value is gone."""

    unit: UnitOfWork[Work]
    copies: CopyHolder

    def follow_next(self) -> int:
        """See to one correction; 0 when none waits. While billing or its provider is away, it comes up again."""
        with self.unit.begin() as work:
            errand = work.corrections.claim()
            account = work.accounts.find(errand.account_id) if errand else None
        if errand is None or account is None:
            return 0
        try:
            followed = self.copies(account.id, errand.id, corrections.wish_for(account, errand))
        except Unavailable:
            return 1
        except Refused:
            log.exception("a copy does not follow", correction_id=str(errand.id))
            return 1
        with self.unit.begin() as work:
            gone = corrections.look_again(work, errand, {**_told(followed), "at": work.clock.now().isoformat()})
        if not gone:
            log.error("what was corrected is still there", correction_id=str(errand.id), attempts=errand.attempts)
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """Tells operators by mail which promises were found broken and what is unusual.

    `to` is empty where nobody wants to be told.
    """

    unit: UnitOfWork[Work]
    mailer: Mailer
    to: str
    page: str
    # Where the figures are.
    figures: str = ""

    def ring(self) -> int:
        """One mail about all that is new; better twice than never, if this dies after it was sent."""
        with self.unit.begin() as work:
            found = promises.read_untold(work)
        if not found:
            return 0
        if self.to:
            text = text_of(found, page=self.page, figures=self.figures)
            html = html_of(found, page=self.page, figures=self.figures)
            try:
                self.mailer.send(to=self.to, subject=subject_of(found), text=text, html=html)
            except (MailRefused, Unavailable) as error:
                # They stay untold, and the next time is in a minute.
                log.warning("operators could not be told", alarms=len(found), error=type(error).__name__)
                return 0
        with self.unit.begin() as work:
            promises.note_told(work, found)
        return 0


def _told(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("corrected", "kept")}


def read_styles(answer: Any) -> list[Style]:
    """The catalogue out of generation's answer."""
    return [
        Style(
            id=item["id"],
            name=item["name"],
            description=item["description"],
            price=item["price"],
            subjects=tuple(item["subjects"]),
            engines=tuple(item["engines"]),
            options=tuple(_read_option(option) for option in item.get("options", ())),
            sample=item.get("sample"),
            unavailable_because=item.get("unavailable_because"),
            batch=item.get("batch", False),
        )
        for item in answer["items"]
    ]


def _read_option(answer: Any) -> Option:
    choices = tuple(
        Choice(
            id=choice["id"], name=choice["name"], surcharge=choice.get("surcharge", 0), pixels=choice.get("pixels", 0)
        )
        for choice in answer["choices"]
    )
    return Option(id=answer["id"], name=answer["name"], choices=choices)


def jobs(office: Office, follower: Follower, bell: Bell) -> list[Job]:
    """What the clock asks of the gateway."""
    return [
        Job(name="send mail", every=timedelta(seconds=10), run=office.send_next_mail, channel=MAIL_CHANNEL),
        Job(
            name="see to recoveries",
            every=timedelta(seconds=10),
            run=office.see_to_recovery,
            channel=RECOVERY_CHANNEL,
        ),
        Job(name="tell operators", every=timedelta(minutes=1), run=bell.ring),
        Job(name="forget rates", every=timedelta(minutes=10), run=office.forget_rates, sweep=True),
        Job(
            name="follow corrections", every=timedelta(seconds=5), run=follower.follow_next, channel=CORRECTION_CHANNEL
        ),
        Job(name="refresh styles", every=timedelta(seconds=2), run=office.refresh_styles),
    ]
