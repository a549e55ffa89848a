"""Promise N1: a version of the policy comes out on its day, stays as it was, and whoever it concerns is told of it."""

from common.contracts.gateway import PolicyTold
from common.contracts.privacy import PolicyPublished
from common.contracts.rights import PromiseBroken
from common.errors import NotYet
from common.policy import Policies
from privacy.domain.policies import UNHEARD_AFTER, PublishedPolicy
from privacy.repository import Work

N1 = "N1"


def publish_due(work: Work, policies: Policies) -> int:
    """Let come out what has its day, the oldest first; returns how many did."""
    came_out = 0
    for policy in policies.by(work.clock.now().date()):
        if work.policies.publish(policy.version, digest=policy.digest, significant=policy.significant):
            came_out += 1
            work.outbox.add(
                PolicyPublished(
                    policy_version=policy.version, significant=policy.significant, published_at=work.clock.now()
                )
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
