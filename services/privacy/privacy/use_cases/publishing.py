"""Promise N1: a version of the policy comes out on its day, stays as it was, and whoever it concerns is told of it."""

from uuid import UUID

from common.contracts.gateway import PolicyTold
from common.contracts.privacy import PolicyPublished
from common.contracts.rights import PromiseBroken
from common.errors import NotYet
from common.policy import Policies, Policy
from privacy.domain.policies import UNHEARD_AFTER, PublishedPolicy
from privacy.domain.words import WordState
from privacy.repository import Work

N1 = "N1"


def publish_due(work: Work, policies: Policies) -> int:
    """Let come out what has its day and, where it takes that, somebody's word; the oldest first. Returns how many did.

    Nothing overtakes a version that waits. Where none came out yet, all whose day has come do: the studio opens with
    them, and nobody was told anything else.
    """
    out, words = _standing(work, policies)
    now, came_out = work.clock.now(), 0
    for policy in policies.by(now.date()):
        word = words.get((policy.version, policy.digest))
        if policy.version not in out and not _may_come(policy, opens=not out, agreed=word is not None):
            break
        if policy.version not in out and work.policies.publish(policy, at=now, word_id=word):
            came_out += 1
            work.outbox.add(
                PolicyPublished(policy_version=policy.version, significant=policy.significant, published_at=now)
            )
    for unheard in work.policies.unheard(after=UNHEARD_AFTER):
        work.outbox.add(_news_of(unheard))
    return came_out


def report_altered(work: Work, policies: Policies) -> list[str]:
    """Notice, once, what says something else than it did when it came out; returns which versions."""
    says = {policy.version: policy.digest for policy in policies.all}
    altered = [
        policy.version
        for policy in work.policies.all()
        if says.get(policy.version, policy.digest) != policy.digest and work.policies.note_altered(policy.version)
    ]
    for version in altered:
        detail = f"The policy of {version} does not say what it said when it came out."
        work.outbox.add(PromiseBroken(promise=N1, detail=detail, noticed_at=work.clock.now()))
    return altered


def note_told(work: Work, event: PolicyTold) -> None:
    """How many were told of a version; the latest count stays, whichever comes last."""
    if not work.policies.note_told(event):
        raise NotYet


def _news_of(policy: PublishedPolicy) -> PolicyPublished:
    return PolicyPublished(
        policy_version=policy.version, significant=policy.significant, published_at=policy.published_at
    )


def _standing(work: Work, policies: Policies) -> tuple[set[str], dict[tuple[str, str], UUID]]:
    """What is out, and the words that were given, by version and digest; nobody gives or takes one back meanwhile."""
    if not policies.need_word:
        return {policy.version for policy in work.policies.all()}, {}
    work.policy_words.take_turn()
    given = [word for word in work.policy_words.all() if word.state is WordState.APPROVED]
    return {policy.version for policy in work.policies.all()}, {(each.version, each.digest): each.id for each in given}


def _may_come(policy: Policy, *, opens: bool, agreed: bool) -> bool:
    return policy.sealed and (opens or agreed or not policy.needs_word)
