"""What goes in and out at /v1/support/tickets."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from common.answers import Answer
from common.errors import Invalid
from gateway.adapters.links import Links
from gateway.domain.corrections import MAX_NAME
from gateway.domain.figurines import check_words
from gateway.domain.people import check_address
from gateway.domain.tickets import Thread, Ticket, TicketState, Topic, check_message

# More than any message may have: it is counted before it is looked at.
_MOST = 20_000


def _said_here(check: Callable[[str], str]) -> AfterValidator:
    """A rule of the domain, whose sentence stands at the field it is about."""

    def checked(value: str) -> str:
        try:
            return check(value)
        except Invalid as refusal:
            raise PydanticCustomError("refused", "{sentence}", {"sentence": refusal.sentence}) from None

    return AfterValidator(checked)


def _check_name(name: str) -> str:
    return check_words(name, longest=MAX_NAME, what="name")


Text = Annotated[str, Field(max_length=_MOST, examples=["Where is my photo?"]), _said_here(check_message)]
Address = Annotated[str, Field(max_length=254, examples=["ada@example.org"]), _said_here(check_address)]
Name = Annotated[str, Field(max_length=200, examples=["Ada"]), _said_here(_check_name)]


class AskBody(BaseModel):
    """A question. Who is signed in is answered at the address of the account, and gives neither address nor name."""

    topic: Topic = Topic.OTHER
    message: Text
    email: Address | None = None
    name: Name | None = None
    website: Annotated[str, Field(max_length=_MOST, description="Stays empty; robots fill it in.")] = ""


class ReplyBody(BaseModel):
    """What more there is to say."""

    message: Text


class TicketPath(BaseModel):
    """Which question."""

    ticket_id: UUID


class TicketsQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class AskedAnswer(Answer):
    """It has arrived. `link` leads to the answer; without an account it comes by mail, and only to that address."""

    id: UUID
    reference: Annotated[str, Field(examples=["FS-7K3M9Q"])]
    opened_at: datetime
    link: str | None


class MessageAnswer(Answer):
    """One message, as plain text."""

    id: UUID
    author: Literal["person", "studio"]
    text: str
    written_at: datetime


class LookAnswer(Answer):
    """Somebody of the studio looked at it."""

    operator: str
    reason: str
    at: datetime


class TicketAnswer(Answer):
    """A question and how it stands; `beginning` is how it starts."""

    id: UUID
    reference: str
    topic: Topic
    state: TicketState
    opened_at: datetime
    changed_at: datetime
    acknowledged_at: datetime | None
    first_answered_at: datetime | None
    closed_at: datetime | None
    kept_until: datetime | None
    beginning: str = ""


class ThreadAnswer(TicketAnswer):
    """A question with all that was written, the oldest first, and who of the studio looked at it."""

    messages: list[MessageAnswer]
    accesses: list[LookAnswer]


class TicketsAnswer(Answer):
    """Questions, the newest first."""

    items: list[TicketAnswer]
    next_cursor: UUID | None


def asked_answer(ticket: Ticket, links: Links) -> AskedAnswer:
    """That it has arrived. The link of a question without an account goes by mail only.

    Whoever asked has not shown yet that the address is hers, and an answer may hold what only its owner should read.
    """
    link = links.thread(ticket.id, signed_in=True) if ticket.account_id else None
    return AskedAnswer(id=ticket.id, reference=ticket.reference, opened_at=ticket.opened_at, link=link)


def thread_answer(thread: Thread) -> ThreadAnswer:
    """A thread as its owner sees it."""
    return ThreadAnswer(
        **TicketAnswer.model_validate(thread.ticket).model_dump(),
        messages=[MessageAnswer.model_validate(message) for message in thread.messages],
        accesses=[LookAnswer.model_validate(access) for access in thread.accesses],
    )
