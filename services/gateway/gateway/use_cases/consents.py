"""What a person allows: the gateway's copy of it, and what may not be ordered without."""

from datetime import datetime
from uuid import UUID

from common.contracts.consents import PROCESSING, SAVING
from common.contracts.pricing import BATCH, NOW
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word
from gateway.domain.consents import (
    ONLY_GEMINI_WAITS,
    ConsentRequired,
    Restricted,
    SavingNotAllowed,
    consents_asked_by,
    consents_needed_for,
)
from gateway.domain.styles import Style
from gateway.repository import Work


def require_consent_for(work: Work, account_id: UUID, style: Style, *, delivery: str = NOW) -> None:
    """Refuse what only engines paint which the person has not allowed. Raises ConsentRequired."""
    needed = consents_asked_by(style.engines) if delivery == BATCH else consents_needed_for(style.engines)
    if needed and needed.isdisjoint(work.consents.granted(account_id)):
        raise ConsentRequired(ONLY_GEMINI_WAITS if delivery == BATCH else "")


def require_saving(work: Work, account_id: UUID) -> None:
    """Refuse to keep a photo of somebody who took that back. Raises SavingNotAllowed."""
    if SAVING not in work.consents.granted(account_id):
        raise SavingNotAllowed


def require_unrestricted(work: Work, account_id: UUID) -> None:
    """Refuse to make anything new for somebody who restricted the use of her data. Raises Restricted."""
    if PROCESSING not in work.consents.granted(account_id):
        raise Restricted


def note_restricted(work: Work, event: ProcessingRestricted) -> None:
    """Nothing new is made for this person until she takes that back."""
    work.consents.note(event.user_id, PROCESSING, granted=False, changed_at=event.changed_at)


def note_resumed(work: Work, event: ProcessingResumed) -> None:
    """Work goes on for this person."""
    work.consents.note(event.user_id, PROCESSING, granted=True, changed_at=event.changed_at)


def note_consent(work: Work, event: ConsentChanged) -> None:
    """A person gave or took back her consent; the latest word counts, whichever comes last."""
    work.consents.note(event.user_id, event.purpose, granted=event.granted, changed_at=event.changed_at)


def note_word(work: Work, account_id: UUID, purpose: str, word: Word) -> None:
    """What privacy has just answered; the event comes later."""
    work.consents.note(account_id, purpose, granted=word.granted, changed_at=word.changed_at)


def note_answer(work: Work, account_id: UUID, purpose: str, *, granted: bool, changed_at: datetime | None) -> None:
    """The same from privacy's own answer, so that an order sent right after it finds it; the event comes later."""
    if changed_at is not None:
        work.consents.note(account_id, purpose, granted=granted, changed_at=changed_at)
