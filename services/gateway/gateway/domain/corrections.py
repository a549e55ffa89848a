"""Correcting one's own data: what at once, what only after a confirmation, and when it counts as done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from common.errors import Conflict, Forbidden, Invalid, Refused
from gateway.domain.figurines import check_words
from gateway.domain.people import LinkExpired

MAX_NAME: Final = 80
MAX_CONTACT: Final = 300
MAX_CONTACT_LINES: Final = 8
# How long the links of a change work, counted from the mail that brought the one to the new address.
CHANGE_LIFETIME: Final = timedelta(hours=24)
# Each one writes to a mailbox that may be somebody else's.
CHANGES_A_DAY: Final = 5

NAME: Final = "name"
CONTACT: Final = "contact"
EMAIL: Final = "email"


class WrongPassword(Forbidden):
    """That is not your password. Nothing was changed; try again."""

    code = "wrong_password"


class TooManyChanges(Refused):
    """You have asked for several new addresses today. Wait as long as Retry-After says, then try again."""

    code = "rate_limited"
    retry_after_seconds = 3600


class ChangeOver(LinkExpired):
    """This link leads nowhere any more: the change was made, stopped or replaced by another, or its day is over."""


class ChangeMade(Conflict):
    """It is too late to stop this: the new address was confirmed already. Write to us if that was not you."""


class CorrectionState(StrEnum):
    """How far a correction has come."""

    FOLLOWING = "following"
    PROVEN = "proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAddress:
    """An address that is wanted instead of the account's, sealed at rest and open here."""

    id: UUID
    account_id: UUID
    email: str
    asked_from: bytes
    session_id: UUID
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands, in the words of the inventory; `why` it stays there, if it does."""

    place: str
    field: str
    why: str = ""

    def told(self) -> dict[str, str]:
        """As JSON has it."""
        return {"place": self.place, "field": self.field, **({"why": self.why} if self.why else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person corrected, and what followed; `outcome` has, by service, what was `corrected` and `kept`."""

    id: UUID
    account_id: UUID
    fields: Sequence[str]
    corrected_at: datetime
    state: CorrectionState
    outcome: Mapping[str, Any] = field(default_factory=dict[str, Any])
    proven_at: datetime | None = None


def check_name(name: str) -> str:
    """How to address somebody; raises Invalid."""
    checked = check_words(name, longest=MAX_NAME, what="name")
    if not checked:
        raise Invalid("Tell us how to address you: the name is missing.")
    return checked


def check_contact(contact: str) -> str:
    """How else to reach somebody: a telephone number or a postal address, in lines; raises Invalid."""
    lines = [check_words(line, longest=MAX_CONTACT, what="contact") for line in contact.strip().splitlines()]
    kept = "\n".join(line for line in lines if line)
    if len(kept) > MAX_CONTACT or kept.count("\n") >= MAX_CONTACT_LINES:
        raise Invalid(f"The contact may have at most {MAX_CONTACT} characters in {MAX_CONTACT_LINES} lines.")
    return kept
