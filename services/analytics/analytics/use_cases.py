"""What analytics does: one function per intent, inside the caller's unit of work."""

from datetime import datetime
from typing import Final
from uuid import UUID

from analytics.domain import (
    NONE,
    DayCount,
    Fact,
    Made,
    Pseudonyms,
    SignUps,
    Span,
    day_of,
    may_count,
    outcome_of_delivery,
    outcome_of_failure,
    waiting_ms,
)
from analytics.repository import Work
from common.contracts.consents import ANALYTICS, PROCESSING
from common.contracts.gateway import UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word

_ASKED: Final = frozenset({ANALYTICS, PROCESSING})


def count_sign_up(work: Work, event: UserRegistered) -> None:
    """One account more on the day it was opened; whose it is stays unknown here."""
    work.counts.add_sign_up(day_of(event.registered_at))


def count_generated(work: Work, event: FigurineGenerated, *, pseudonyms: Pseudonyms) -> None:
    """A figurine came about: count it, once, if its person lets it be counted."""
    if not _may_count(work, event, event.generated_at, pseudonyms):
        return
    day = day_of(event.generated_at)
    work.counts.add_figurine(
        Fact(
            figurine=pseudonyms.of_figurine(event.figurine_id),
            subject=pseudonyms.of_person(event.user_id, day),
            day=day,
            style=event.style,
            engine=event.engine,
            outcome=outcome_of_delivery(requested=event.requested, delivered=len(event.pictures)),
            pictures=len(event.pictures),
            rendering_ms=event.rendering_ms,
            waiting_ms=waiting_ms(
                requested_at=event.requested_at, generated_at=event.generated_at, rendering_ms=event.rendering_ms
            ),
        )
    )


def count_failed(work: Work, event: FigurineFailed, *, pseudonyms: Pseudonyms) -> None:
    """A figurine did not come about: count it, once, if its person lets it be counted."""
    if not _may_count(work, event, event.failed_at, pseudonyms):
        return
    day = day_of(event.failed_at)
    work.counts.add_figurine(
        Fact(
            figurine=pseudonyms.of_figurine(event.figurine_id),
            subject=pseudonyms.of_person(event.user_id, day),
            day=day,
            style=event.style or NONE,
            engine=NONE,
            outcome=outcome_of_failure(event.code),
            pictures=0,
            rendering_ms=None,
            waiting_ms=None,
        )
    )


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


def _may_count(work: Work, event: FigurineGenerated | FigurineFailed, at: datetime, pseudonyms: Pseudonyms) -> bool:
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


def read_own_usage(work: Work, user_id: UUID, *, pseudonyms: Pseudonyms) -> list[Made]:
    """What the person was delivered, by day and style, under her name of every month that is kept."""
    return work.counts.made_by(pseudonyms.of_person_until(user_id, day_of(work.clock.now())))


def read_days(work: Work, span: Span) -> list[DayCount]:
    """What ended on these days, everybody's together."""
    return work.counts.days(span)


def read_sign_ups(work: Work, span: Span) -> list[SignUps]:
    """Accounts opened on these days."""
    return work.counts.sign_ups(span)
