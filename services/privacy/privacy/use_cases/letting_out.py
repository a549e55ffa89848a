"""Somebody has the last word on a version of the policy; a second person, too, where it changes what matters.

A word is given for what whoever gives it saw, by its digest. It lets the version out on its day, or at once if that has
passed, in the transaction in which it is given: a process that dies in the middle has done nothing.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from common.policy import Policies, Policy
from privacy.domain.words import (
    AlreadyOut,
    AlreadyProposed,
    KeyUsedOtherwise,
    NoSuchVersion,
    NoSuchWord,
    Word,
    WordState,
    check_may_come,
    check_word_reason,
)
from privacy.repository import Work
from privacy.use_cases import publishing


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which version is to come out, the digest of what was looked at, and why."""

    version: str
    digest: str
    reason: str


def propose(work: Work, policies: Policies, wish: Wish, *, operator: UUID, key: str) -> Word:
    """Propose to let a version come out; of what does not matter to people that is enough. Twice is once.

    Raises Invalid, NoSuchVersion, ComesByItself, StillDraft, AlreadyOut, PolicyChanged, NoticeTooShort,
    AlreadyProposed, KeyUsedOtherwise.
    """
    reason = check_word_reason(wish.reason)
    request_key = hashlib.sha256(f"{operator}:{key}".encode()).digest()
    work.policy_words.take_turn()
    earlier = work.policy_words.of_request(request_key)
    if earlier is not None:
        return _same(earlier, wish, reason)
    policy = _checked(work, policies, wish.version, wish.digest)
    word = _proposed(work, policy, reason, operator)
    if not work.policy_words.add(word, request_key):
        raise AlreadyProposed
    publishing.publish_due(work, policies)
    return _found(work, word.id)


def approve(work: Work, policies: Policies, word_id: UUID, *, operator: UUID, digest: str) -> Word:
    """Agree to what somebody else proposed; the same again changes nothing.

    Raises NoSuchWord, WordDecided, OwnWord, PolicyChanged where it is not what she saw or what was proposed,
    NoticeTooShort, AlreadyOut, StillDraft.
    """
    work.policy_words.take_turn()
    word = _found(work, word_id)
    if word.moved(WordState.APPROVED, operator):
        return word
    # The first of these is what lies there now, the second what whoever proposed it saw.
    for seen in (digest, word.digest):
        _checked(work, policies, word.version, seen)
    work.policy_words.decide(word_id, WordState.APPROVED, operator)
    publishing.publish_due(work, policies)
    return _found(work, word_id)


def decline(work: Work, word_id: UUID, *, operator: UUID) -> Word:
    """Let a proposal be; whoever made it may, too. Raises NoSuchWord, WordDecided."""
    work.policy_words.take_turn()
    if not _found(work, word_id).moved(WordState.DECLINED, operator):
        work.policy_words.decide(word_id, WordState.DECLINED, operator)
    return _found(work, word_id)


def recall(work: Work, word_id: UUID, *, operator: UUID) -> Word:
    """Take back what was agreed to, as long as it is not out; one person is enough to be careful.

    Raises NoSuchWord, WordDecided, AlreadyOut.
    """
    work.policy_words.take_turn()
    word = _found(work, word_id)
    if word.moved(WordState.RECALLED, operator):
        return word
    if word.version in _out(work):
        raise AlreadyOut
    work.policy_words.recall(word_id, operator)
    return _found(work, word_id)


def _proposed(work: Work, policy: Policy, reason: str, operator: UUID) -> Word:
    alone = not policy.significant
    return Word(
        id=work.clock.new_id(),
        version=policy.version,
        digest=policy.digest,
        significant=policy.significant,
        reason=reason,
        state=WordState.APPROVED if alone else WordState.PROPOSED,
        proposed_by=operator,
        proposed_at=work.clock.now(),
        decided_by=operator if alone else None,
        decided_at=work.clock.now() if alone else None,
    )


def _checked(work: Work, policies: Policies, version: str, digest: str) -> Policy:
    policy = next((each for each in policies.all if each.version == version), None)
    if policy is None:
        raise NoSuchVersion
    check_may_come(policy, digest, out=_out(work), today=work.clock.now().date())
    return policy


def _out(work: Work) -> set[str]:
    return {policy.version for policy in work.policies.all()}


def _same(earlier: Word, wish: Wish, reason: str) -> Word:
    if (earlier.version, earlier.digest, earlier.reason) != (wish.version, wish.digest, reason):
        raise KeyUsedOtherwise
    return earlier


def _found(work: Work, word_id: UUID) -> Word:
    word = work.policy_words.find(word_id)
    if word is None:
        raise NoSuchWord
    return word
