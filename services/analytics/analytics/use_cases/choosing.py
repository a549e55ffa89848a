"""What people allow of being counted: heard, kept, and asked before anything is counted."""

from datetime import datetime
from typing import Final
from uuid import UUID

from analytics.domain import (
    Pseudonyms,
    day_of,
    may_count,
)
from analytics.repository import Work
from common.contracts.consents import ANALYTICS, PROCESSING
from common.contracts.generation import FigurineFailed, FigurineGenerated
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word

_ASKED: Final = frozenset({ANALYTICS, PROCESSING})


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
    work.counts.hold()
    if not work.choices.note(pseudonyms.of_chooser(user_id), purpose, word) or purpose != ANALYTICS:
        return
    # A yes follows a no, whose news may be lost behind it: what was counted before the day of the yes went with that.
    names = pseudonyms.of_person_until(user_id, day_of(work.clock.now()))
    work.counts.erase(names, before=day_of(word.changed_at) if word.granted else None)


def may_be_counted(work: Work, event: FigurineGenerated | FigurineFailed, at: datetime, pseudonyms: Pseudonyms) -> bool:
    """Whether an end may be counted: by what was heard, and by what came along, which may be newer."""
    work.counts.hold()
    for purpose in _ASKED & event.words.keys():
        _note(work, event.user_id, purpose, event.words[purpose], pseudonyms)
    words = work.choices.of(pseudonyms.of_chooser(event.user_id))
    return all(
        may_count(
            purpose,
            said=None if (word := words.get(purpose)) is None else word.granted,
            since=None if word is None else word.changed_at,
            at=at,
        )
        for purpose in _ASKED
    )
