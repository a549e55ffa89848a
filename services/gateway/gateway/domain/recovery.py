"""A forgotten password: what the link in the mail is worth, and how often it may be asked for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gateway.domain.people import LinkExpired
from gateway.domain.tries import Digest, Limit

# Counted from the mail that brought it.
RECOVERY_LIFETIME: Final = timedelta(hours=1)


class RecoveryOver(LinkExpired):
    """This link leads nowhere any more: it was used, a newer one was asked for, or its hour is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A link that sets a new password, once."""

    id: UUID
    account_id: UUID
    asked_at: datetime
    expires_at: datetime


def limits_of(digest: Digest, address: str, network: str) -> Sequence[Limit]:
    """Each wish writes to a mailbox that may be somebody else's; whether anybody has the address changes nothing."""
    return (
        Limit(who=digest("recovery of", address), at_once=3, every=timedelta(minutes=20)),
        Limit(who=digest("recovery from", network), at_once=20, every=timedelta(minutes=3)),
    )
