"""Versions of the policy that came out, and how many people were told of them. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Whoever tells people answers within minutes. Is nothing heard for so long, the news of it was lost: it is told again.
UNHEARD_AFTER: Final = timedelta(hours=1)

# A version is let out once a minute. The first count comes with the news of it, and a mailbox is tried for days.
OUT_WITHIN: Final = timedelta(minutes=10)
COUNTED_WITHIN: Final = timedelta(hours=2)
TOLD_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPolicy:
    """A version that came out, and the last count of whom that was told; None before there was one."""

    version: str
    digest: str
    significant: bool
    published_at: datetime
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


def faults(
    out: Sequence[PublishedPolicy], *, written: Mapping[str, str], due: Collection[str], now: datetime
) -> list[str]:
    """What is wrong with promise N1, in sentences.

    `written` has the digests of the versions as they lie there, `due` those whose day came a while ago.
    """
    came_out = {policy.version for policy in out}
    missing = [f"The policy of {version} has not come out." for version in due if version not in came_out]
    return [*missing, *(fault for policy in out if (fault := _fault(policy, written, now)))]


def _fault(policy: PublishedPolicy, written: Mapping[str, str], now: datetime) -> str | None:
    if policy.version not in written:
        return f"The policy of {policy.version} came out and cannot be read any more."
    if written[policy.version] != policy.digest:
        return f"The policy of {policy.version} does not say what it said when it came out."
    return _untold(policy, now) if policy.significant else None


def _untold(policy: PublishedPolicy, now: datetime) -> str | None:
    age = now - policy.published_at
    if policy.counted_at is None:
        return (
            f"It is not known how many were told of the policy of {policy.version}." if age > COUNTED_WITHIN else None
        )
    if policy.unreached and (policy.completed_at or age > TOLD_WITHIN):
        return f"{policy.unreached} people were not told of the policy of {policy.version}."
    return None
