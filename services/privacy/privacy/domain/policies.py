"""Versions of the policy that came out, and how many people were told of them. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Whoever tells people answers within minutes. Is nothing heard for so long, the news of it was lost: it is told again.
UNHEARD_AFTER: Final = timedelta(hours=1)


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
