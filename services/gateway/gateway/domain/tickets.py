"""Questions to the studio: what may be written, how a ticket goes on, and for how long it stays. Pure."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound, Refused
from gateway.domain.figurines import check_words

MAX_MESSAGE: Final = 4000
MAX_REASON: Final = 200
MAX_OPERATOR: Final = 40
# Of one ticket, both sides together: more than that is a case for a new one.
MAX_MESSAGES: Final = 100
# Promise N2: an acknowledgement at once, and an answer within this time.
ACKNOWLEDGED_WITHIN: Final = timedelta(minutes=15)
ANSWERED_WITHIN: Final = timedelta(days=3)
# An answer nobody comes back to has settled the question.
QUIET_AFTER: Final = timedelta(days=30)
KEPT_AFTER_CLOSING: Final = timedelta(days=365)
# Letters and digits that nobody mistakes for each other on the telephone.
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_INVISIBLE_JOINERS: Final = "\u200c\u200d"
# What comes along when text is copied, is not seen, and says nothing.
_DROPPED: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))


class NoSuchTicket(NotFound):
    """There is no such question, or this link does not lead to it any more."""


class TicketClosed(Conflict):
    """This question is closed. Write a new one, and name its reference if they belong together."""

    code = "ticket_closed"


class TicketFull(Conflict):
    """There is too much in this thread already. Write a new question, and name this one's reference."""

    code = "ticket_full"


class AnsweredAlready(Conflict):
    """The last answer of this thread says the same word for word. It was not sent twice."""


class TooManyMessages(Refused):
    """You have written several times within a short while. Wait as long as Retry-After says, then send it."""

    code = "rate_limited"

    def __init__(self, message: str | None = None, *, retry_after_seconds: int = 3600) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Topic(StrEnum):
    """What a question is about."""

    PHOTO = "photo"
    FIGURINE = "figurine"
    CREDITS = "credits"
    ACCOUNT = "account"
    PRIVACY = "privacy"
    OTHER = "other"


class Author(StrEnum):
    """Who wrote a message."""

    PERSON = "person"
    STUDIO = "studio"


class TicketState(StrEnum):
    """How a ticket stands."""

    OPEN = "open"  # nobody has answered yet
    ANSWERED = "answered"
    WAITING = "waiting"  # answered before, and written to again since
    CLOSED = "closed"


# A ticket ends once; whoever writes moves it, and a message that moves nothing is a message all the same.
TRANSITIONS: Mapping[TicketState, frozenset[TicketState]] = {
    TicketState.OPEN: frozenset({TicketState.ANSWERED, TicketState.CLOSED}),
    TicketState.ANSWERED: frozenset({TicketState.WAITING, TicketState.CLOSED}),
    TicketState.WAITING: frozenset({TicketState.ANSWERED, TicketState.CLOSED}),
    TicketState.CLOSED: frozenset(),
}
_MOVED_BY: Mapping[Author, Mapping[TicketState, TicketState]] = {
    Author.PERSON: {TicketState.ANSWERED: TicketState.WAITING},
    Author.STUDIO: {TicketState.OPEN: TicketState.ANSWERED, TicketState.WAITING: TicketState.ANSWERED},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes: a person with an account, or an address and what its owner wants to be called, if anything."""

    account_id: UUID | None = None
    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, within the rules."""

    topic: Topic
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One wish, however often it is sent: a keyed digest of its key, and one of what it says."""

    key: bytes
    request: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a thread; sealed at rest and open here."""

    id: UUID
    author: Author
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Somebody of the studio looked: who, at what, why and when."""

    id: UUID
    operator: str
    what: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A question and how it stands; without an account it is its link's."""

    id: UUID
    account_id: UUID | None
    reference: str
    topic: Topic
    state: TicketState
    opened_at: datetime
    changed_at: datetime
    waiting_since: datetime | None = None
    acknowledged_at: datetime | None = None
    unreachable_at: datetime | None = None
    first_answered_at: datetime | None = None
    closed_at: datetime | None = None
    expires_at: datetime | None = None
    # How it begins, where only lists are shown.
    beginning: str = ""

    @property
    def kept_until(self) -> datetime | None:
        """When it is forgotten; open questions are not."""
        return self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A ticket with all that was written."""

    ticket: Ticket
    messages: Sequence[Message]
    accesses: Sequence[Access] = field(default_factory=tuple[Access, ...])


def moved(state: TicketState, author: Author) -> TicketState:
    """How a ticket stands once `author` has written. Raises TicketClosed."""
    if not TRANSITIONS[state]:
        raise TicketClosed
    return _MOVED_BY[author].get(state, state)


def new_reference() -> str:
    """What people call a ticket, as in FS-7K3M9Q: short enough to be read out, and it opens nothing."""
    return "FS-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def check_reference(reference: str) -> str:
    """A reference as it is kept, however it was typed; raises NoSuchTicket."""
    code = reference.strip().upper().removeprefix("FS-")
    if len(code) != 6 or any(character not in _ALPHABET for character in code):
        raise NoSuchTicket
    return f"FS-{code}"


def check_message(text: str) -> str:
    """A message: plain text in lines, with nothing in it that cannot be seen; raises Invalid."""
    lines = text.translate(_DROPPED).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    message = "\n".join("".join(" " if each.isspace() else each for each in line).rstrip() for line in lines).strip()
    if not message:
        raise Invalid("Write what you want to know or tell us.")
    if len(message) > MAX_MESSAGE:
        raise Invalid(f"A message may have at most {MAX_MESSAGE:,} characters. This one has {len(message):,}.")
    if any(not each.isprintable() and each not in _INVISIBLE_JOINERS for each in message.replace("\n", "")):
        raise Invalid("The message holds characters that cannot be printed. Remove them and try again.")
    return message


def check_operator(operator: str) -> str:
    """A handle of somebody who works here; raises Invalid."""
    handle = check_words(operator, longest=MAX_OPERATOR, what="handle")
    if not handle or " " in handle:
        raise Invalid("Say who you are with --as: one word, the same each time.")
    return handle


def check_reason(reason: str) -> str:
    """Why somebody looks; its owner reads it. Raises Invalid."""
    checked = check_words(reason, longest=MAX_REASON, what="reason")
    if len(checked) < 5:
        raise Invalid("Say why, in a sentence of five letters or more: whose data it is will read it.")
    return checked


def client_of(address: str) -> str:
    """What stands for a client: its address, or of IPv6 the network that one household has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
