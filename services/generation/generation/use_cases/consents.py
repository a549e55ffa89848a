"""What a person's yes or no changes here, whichever way it comes: as news, or along with an order."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from common.contracts.consents import ANALYTICS, PROCESSING, QUALITY, SAVING
from common.contracts.privacy import ConsentChanged, ProcessingRestricted, ProcessingResumed
from common.contracts.words import Word
from generation.domain import TO_PARTNERS, FailureCode, State
from generation.repository import Work
from generation.use_cases.batch_orders import withdraw_from_batches
from generation.use_cases.endings import end

# The last two are kept for whoever asks: the quality report, and those who count ends.
_HEEDED: Final = frozenset({*TO_PARTNERS, SAVING, PROCESSING, QUALITY, ANALYTICS})


def note_consent(work: Work, event: ConsentChanged) -> None:
    """Somebody allowed something, or no longer does."""
    _note(work, event.user_id, event.purpose, Word(granted=event.granted, changed_at=event.changed_at))


def note_restricted(work: Work, event: ProcessingRestricted) -> None:
    """Nothing new is made for this person: what waits or is being painted ends, at no cost."""
    _note(work, event.user_id, PROCESSING, Word(granted=False, changed_at=event.changed_at))


def note_resumed(work: Work, event: ProcessingResumed) -> None:
    """Figurines of this person are made again."""
    _note(work, event.user_id, PROCESSING, Word(granted=True, changed_at=event.changed_at))


def note_words(work: Work, user_id: UUID, words: Mapping[str, Word]) -> None:
    """What came along with an order: it is as good as the news of it, which may still be on its way."""
    # A restriction first: its jobs are locked before the row of a consent, as whoever discloses something does.
    for purpose in sorted(words, key=lambda purpose: (purpose != PROCESSING, purpose)):
        known = work.consents.of(user_id, purpose)
        if known is None or known.changed_at < words[purpose].changed_at:
            _note(work, user_id, purpose, words[purpose])


def _note(work: Work, user_id: UUID, purpose: str, word: Word) -> None:
    if purpose not in _HEEDED:
        return
    # Before the consent's own row, in the order in which whoever discloses something locks them.
    to_partner = purpose in TO_PARTNERS
    handed_over = () if word.granted or not to_partner else work.batches.handed_over(user_id)
    if not work.consents.note(user_id, purpose, granted=word.granted, changed_at=word.changed_at):
        return
    if to_partner:
        withdraw_from_batches(work, handed_over, purpose)
        work.queue.reconsider(user_id)
        work.wake_renderers()
    elif not word.granted and purpose in _WITHDRAWN:
        _WITHDRAWN[purpose](work, user_id)


def _let_saved_photos_go(work: Work, user_id: UUID) -> None:
    """Keeping them was what was allowed: out of sight at once, destroyed right after."""
    if work.saved_photos.dismiss_all(user_id):
        work.wake_deletion()


def _end_jobs(work: Work, user_id: UUID) -> None:
    for figurine_id in work.jobs.live(user_id):
        figurine = work.jobs.find(figurine_id)
        if figurine is not None and figurine.may_become(State.FAILED):
            end(work, figurine, State.FAILED, FailureCode.RESTRICTED)


_WITHDRAWN: Final[Mapping[str, Callable[[Work, UUID], None]]] = {
    SAVING: _let_saved_photos_go,
    PROCESSING: _end_jobs,
}
