"""What support sees of a person who was looked up: states and dates, never a picture, a name or an address. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.errors import Invalid, NotFound

FIGURINES_SHOWN = 10
LETTERS_SHOWN = 10
QUESTIONS_SHOWN = 10


class NobodyFound(NotFound):
    """There is no account with that id or address. Check it, or ask for the id on the person's account page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A figurine of hers, as far as it has come; without its title, its note and its pictures."""

    id: UUID
    state: str
    style: str
    price: int
    engine: str | None
    failure_code: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to her: which, and whether the mail server took it."""

    template: str
    state: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of hers, without what was written."""

    reference: str
    topic: str
    state: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What support needs to know of a person."""

    account_id: UUID
    created_at: datetime
    verified_at: datetime | None
    policy_version: str
    second_factor: bool
    devices: int
    last_seen_at: datetime | None
    plan: str
    available: int
    held: int
    allows: Sequence[str]
    figurines: Sequence[Order]
    letters: Sequence[Letter]
    questions: Sequence[Asked]


def sought(who: str) -> UUID | str:
    """An account's id, or an address of mail as it was typed; raises Invalid."""
    words = who.strip()
    try:
        return UUID(words)
    except ValueError:
        pass
    if "@" not in words or len(words) > 254:
        raise Invalid("Give the id of an account, or a whole address of mail.")
    return words
