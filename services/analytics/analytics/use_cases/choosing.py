"""What people allow of being counted, as it is heard."""

from uuid import UUID

from analytics.domain import Pseudonyms
from analytics.repository import Work
from analytics.use_cases.settling import hear, settle
from common.contracts.consents import ANALYTICS, PROCESSING
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word


def note_consent(work: Work, event: ConsentChanged, *, pseudonyms: Pseudonyms) -> None:
    """Somebody no longer lets herself be counted, or does again."""
    if event.purpose == ANALYTICS:
        word = Word(granted=event.granted, changed_at=event.changed_at)
        _note(work, event.user_id, ANALYTICS, word, pseudonyms)


def note_restricted(work: Work, event: ProcessingRestricted, *, pseudonyms: Pseudonyms) -> None:
    """Nothing of this person is counted until she takes that back; what was counted is kept."""
    _note(work, event.user_id, PROCESSING, Word(granted=False, changed_at=event.changed_at), pseudonyms)


def note_resumed(work: Work, event: ProcessingResumed, *, pseudonyms: Pseudonyms) -> None:
    """This person is counted again."""
    _note(work, event.user_id, PROCESSING, Word(granted=True, changed_at=event.changed_at), pseudonyms)


def _note(work: Work, user_id: UUID, purpose: str, word: Word, pseudonyms: Pseudonyms) -> None:
    # What came before is counted before, so that a no takes it along.
    settle(work, pseudonyms=pseudonyms)
    hear(work, user_id, purpose, word, pseudonyms=pseudonyms)
