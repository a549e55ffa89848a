"""The gateway's clock door: mail, the style catalogue, and the copies that follow a correction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from common.errors import NotFound, Refused, Unavailable
from common.service import Job
from common.work import UnitOfWork
from gateway.domain.styles import Choice, Option, Style
from gateway.ports import CopyHolder, DocumentSource, Letters, Mailer, MailRefused, StyleSource
from gateway.repository import CORRECTION_CHANNEL, MAIL_CHANNEL, Work
from gateway.repository.mails import MAX_ATTEMPTS, Mail
from gateway.use_cases import corrections, mails
from gateway.use_cases.mails import Addressed

log = structlog.get_logger(__name__)
STYLES_FRESH = timedelta(seconds=15)


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
            mail = work.mails.claim()
            addressed = mails.address(work, mail) if mail else None
        if mail is None:
            return 0
        note = self._deliver(mail, addressed)
        if note is not None:
            with self.unit.begin() as work:
                note(work, mail)
            log.info("mail settled", mail_id=str(mail.id))
        return 1

    def _deliver(self, mail: Mail, addressed: Addressed | None) -> Callable[[Work, Mail], None] | None:
        """What is to be noted of it; None when it comes up again."""
        if addressed is None:
            return mails.note_refused
        try:
            self._send(addressed)
        except (MailRefused, NotFound):
            return mails.note_refused
        except Unavailable:
            return mails.note_refused if mail.attempts >= MAX_ATTEMPTS else None
        return mails.note_sent

    def _send(self, addressed: Addressed) -> None:
        mail, account = addressed.mail, addressed.account
        letter = self.letters.write(addressed.template, account, mail.parameters, change=addressed.change)
        document = self.documents(account.id, mail.attachment) if mail.attachment else None
        self.mailer.send(
            to=addressed.to, subject=letter.subject, text=letter.text, html=letter.html, attachment=document
        )

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
        return 0


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


def jobs(office: Office, follower: Follower) -> list[Job]:
    """What the clock asks of the gateway."""
    return [
        Job(name="send mail", every=timedelta(seconds=10), run=office.send_next_mail, channel=MAIL_CHANNEL),
        Job(name="forget rates", every=timedelta(minutes=10), run=office.forget_rates),
        Job(
            name="follow corrections", every=timedelta(seconds=5), run=follower.follow_next, channel=CORRECTION_CHANNEL
        ),
        Job(name="refresh styles", every=timedelta(seconds=2), run=office.refresh_styles),
    ]
