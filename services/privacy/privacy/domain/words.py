"""Versions of the policy that somebody lets come out: how each stands, and the word that is given for it. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound
from common.policy.text import Policies, Policy

SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 500


class NoSuchVersion(NotFound):
    """There is no policy of that version in this release."""


class NoSuchWord(NotFound):
    """There is no such proposal."""


class ComesByItself(Conflict):
    """This version comes out by itself on its day; nobody has to let it."""


class StillDraft(Conflict):
    """This version is a draft in this release: it is not sealed, so it may still change."""


class AlreadyOut(Conflict):
    """This version is out. What came out stays out; say what is new in a new version."""


class PolicyChanged(Conflict):
    """It does not say any more what you looked at. Read it again, then decide."""

    code = "policy_changed"


class NoticeTooShort(Conflict):
    """People would have less than 14 days until it counts. Give it later days in a new release."""

    code = "notice_too_short"


class AlreadyProposed(Conflict):
    """Somebody has proposed to let it come out already; decide about that first."""


class WordDecided(Conflict):
    """Somebody has decided about this already."""


class OwnWord(Conflict):
    """Nobody approves what they proposed; ask a second person."""

    code = "own_proposal"


class KeyUsedOtherwise(Conflict):
    """This Idempotency-Key was used for another proposal."""

    code = "idempotency_mismatch"


class WordState(StrEnum):
    """The life of somebody's word."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    # Taken back by whoever saw that it was wrong, before the version came out.
    RECALLED = "recalled"


WORD_TRANSITIONS: Mapping[WordState, frozenset[WordState]] = {
    WordState.PROPOSED: frozenset({WordState.APPROVED, WordState.DECLINED}),
    WordState.APPROVED: frozenset({WordState.RECALLED}),
    WordState.DECLINED: frozenset(),
    WordState.RECALLED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Somebody's word that these words of a version may come out; of what matters a second person gives hers, too.

    Who they are stands as the ids of their accounts; `digest` is of what they saw.
    """

    id: UUID
    version: str
    digest: str
    significant: bool
    reason: str
    state: WordState
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    recalled_by: UUID | None = None
    recalled_at: datetime | None = None

    def moved(self, to: WordState, who: UUID) -> bool:
        """Whether this very step was made by her before. Raises WordDecided for another one, OwnWord."""
        if self.state is to and who == (self.recalled_by if to is WordState.RECALLED else self.decided_by):
            return True
        if to not in WORD_TRANSITIONS[self.state]:
            raise WordDecided
        if to is WordState.APPROVED and self.significant and who == self.proposed_by:
            raise OwnWord
        return False


class Standing(StrEnum):
    """How a version stands."""

    DRAFT = "draft"
    WAITS_FOR_DAY = "waits_for_day"
    WAITS_FOR_WORD = "waits_for_word"
    PROPOSED = "proposed"
    AGREED = "agreed"
    # It follows one that waits.
    BEHIND = "behind"
    OUT = "out"
    SUPERSEDED = "superseded"


def standings(policies: Policies, out: Collection[str], words: Sequence[Word]) -> Iterator[tuple[Policy, Standing]]:
    """Every version and how it stands, the oldest first."""
    newest = max(out, default="")
    blocked = False
    for policy in policies.all:
        if policy.version in out:
            yield policy, Standing.OUT if policy.version == newest else Standing.SUPERSEDED
            continue
        standing = _to_come(policy, words)
        behind = blocked and standing is Standing.WAITS_FOR_DAY
        blocked = blocked or standing in {Standing.DRAFT, Standing.WAITS_FOR_WORD, Standing.PROPOSED}
        yield policy, Standing.BEHIND if behind else standing


def open_word(policy: Policy, words: Sequence[Word]) -> Word | None:
    """The word that is proposed or given for what a version says now."""
    states = {WordState.PROPOSED, WordState.APPROVED}
    same = ((policy.version, policy.digest),)
    return next((word for word in words if (word.version, word.digest) in same and word.state in states), None)


def check_may_come(policy: Policy, digest: str, *, out: Collection[str], today: date) -> None:
    """Raises ComesByItself, StillDraft, AlreadyOut, PolicyChanged, NoticeTooShort."""
    if policy.version in out:
        raise AlreadyOut
    if not policy.needs_word:
        raise ComesByItself
    if not policy.sealed:
        raise StillDraft
    if policy.digest != digest:
        raise PolicyChanged
    if max(today, policy.published) > policy.last_day:
        raise NoticeTooShort


def check_word_reason(reason: str) -> str:
    """The reason without blanks around it. Raises Invalid."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise Invalid(f"Say why it comes out, in {SHORTEST_REASON} to {LONGEST_REASON} characters.")
    return reason


def _to_come(policy: Policy, words: Sequence[Word]) -> Standing:
    if not policy.sealed:
        return Standing.DRAFT
    if not policy.needs_word:
        return Standing.WAITS_FOR_DAY
    word = open_word(policy, words)
    if word is None:
        return Standing.WAITS_FOR_WORD
    return Standing.AGREED if word.state is WordState.APPROVED else Standing.PROPOSED
