"""Versions of the policy that came out, and how many people were told of them. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from common.policy.text import Policies, Policy

# Whoever tells people answers within minutes. Is nothing heard for so long, the news of it was lost: it is told again.
UNHEARD_AFTER: Final = timedelta(hours=1)

# A version is let out once a minute. The first count comes with the news of it, and a mailbox is tried for days.
OUT_WITHIN: Final = timedelta(minutes=10)
COUNTED_WITHIN: Final = timedelta(hours=2)
TOLD_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPolicy:
    """A version that came out, and by whose word, if its day was not enough.

    With the last count of whom that was told; None before there was one.
    """

    version: str
    digest: str
    significant: bool
    published_at: datetime
    proposal_id: UUID | None
    altered_at: datetime | None
    entitled: int | None
    told: int | None
    undeliverable: int | None
    departed: int | None
    waiting: int | None
    counted_at: datetime | None
    completed_at: datetime | None

    @property
    def unreached(self) -> int:
        """How many had to be told and were not come to, of those that were counted."""
        settled = (self.told or 0) + (self.undeliverable or 0) + (self.departed or 0)
        return (self.entitled or 0) - settled


def faults(out: Sequence[PublishedPolicy], *, written: Policies, due: Collection[str], now: datetime) -> list[str]:
    """What is wrong with promise N1, in sentences; `written` is what lies there, of `due` the day came a while ago."""
    came_out = {policy.version for policy in out}
    missing = [_not_out(policy) for policy in written.all if policy.version in due and policy.version not in came_out]
    first = min((policy.published_at for policy in out), default=now)
    lies = {policy.version: policy for policy in written.all}
    found = ((_fault(policy, lies.get(policy.version), first) or _untold(policy, now)) for policy in out)
    return [*missing, *(fault for fault in found if fault)]


def _not_out(policy: Policy) -> str:
    waits = ": nobody has let it, in the console" if policy.needs_word else ""
    return f"The policy of {policy.version} has not come out{waits}."


def _fault(policy: PublishedPolicy, lies: Policy | None, first: datetime) -> str | None:
    if lies is None:
        return f"The policy of {policy.version} came out and cannot be read any more."
    if lies.digest != policy.digest:
        return f"The policy of {policy.version} does not say what it said when it came out."
    # What was there before the studio opened came out with it: nobody had been told anything else.
    if lies.needs_word and policy.proposal_id is None and policy.published_at > first:
        return f"The policy of {policy.version} came out by nobody's word."
    return None


def _untold(policy: PublishedPolicy, now: datetime) -> str | None:
    if not policy.significant:
        return None
    age = now - policy.published_at
    if policy.counted_at is None:
        return (
            f"It is not known how many were told of the policy of {policy.version}." if age > COUNTED_WITHIN else None
        )
    if policy.unreached and (policy.completed_at or age > TOLD_WITHIN):
        return f"{policy.unreached} people were not told of the policy of {policy.version}."
    return None
