"""The gateway's clock door: mail and the style catalogue."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from common.errors import NotFound, Unavailable
from common.service import Job
from common.work import UnitOfWork
from gateway.domain.styles import Choice, Option, Style
from gateway.ports import DocumentSource, Letters, Mailer, MailRefused, MailUnsettled, StyleSource, Unwritable
from gateway.repository import MAIL_CHANNEL, Work
from gateway.use_cases import mails
from gateway.use_cases.mails import Fate, ToSend

log = structlog.get_logger(__name__)
STYLES_FRESH = timedelta(seconds=15)

# The first that fits: without its document, a mail is told to nobody.
_FATES = (
    (NotFound, Fate.UNWRITABLE),
    (Unwritable, Fate.UNWRITABLE),
    (MailRefused, Fate.REFUSED),
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

    def _send(self, sending: ToSend) -> Fate:
        mail, account = sending.mail, sending.account
        letter = self.letters.write(mail.template, account, mail.parameters)
        try:
            document = self.documents(account.id, mail.attachment) if mail.attachment else None
            self.mailer.send(
                to=account.email, subject=letter.subject, text=letter.text, html=letter.html, attachment=document
            )
        except (MailRefused, NotFound, Unavailable) as error:
            return next((fate for kind, fate in _FATES if isinstance(error, kind)), Fate.NOT_TOLD)
        return Fate.SENT


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
        Choice(id=choice["id"], name=choice["name"], surcharge=choice.get("surcharge", 0))
        for choice in answer["choices"]
    )
    return Option(id=answer["id"], name=answer["name"], choices=choices)


def jobs(office: Office) -> list[Job]:
    """What the clock asks of the gateway."""
    return [
        Job(name="send mail", every=timedelta(seconds=10), run=office.send_next_mail, channel=MAIL_CHANNEL),
        Job(name="refresh styles", every=timedelta(seconds=2), run=office.refresh_styles),
    ]
