"""/v1/operator: questions and people, for support. What is somebody's own is shown with a reason she can read."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.erasure import PersonGone
from common.errors import Invalid
from common.problems import problems
from gateway.domain.desk import Dossier, NobodyFound
from gateway.domain.rooms import PEOPLE, QUESTIONS
from gateway.domain.tickets import (
    ANSWERED_WITHIN,
    MAX_REASON,
    AnsweredAlready,
    NoSuchTicket,
    Thread,
    Ticket,
    TicketClosed,
    TicketFull,
    TicketState,
    Topic,
)
from gateway.routes.context import unit
from gateway.routes.desk import colleague, desk_routes
from gateway.routes.ticket_answers import ThreadAnswer, thread_answer
from gateway.use_cases import desk, tickets

questions = desk_routes("console questions", *QUESTIONS.roles)
people = desk_routes("console people", *PEOPLE.roles)
LISTED = 200

Reason = Annotated[
    str,
    Field(
        max_length=MAX_REASON,
        description="Why; whose data it is reads it.",
        examples=["She asked why her picture is blue"],
    ),
]


class WaitingAnswer(Answer):
    """A question that waits for the studio, without what was written; `late` after the time that is promised (N2)."""

    reference: Annotated[str, Field(examples=["FS-7K3M9Q"])]
    topic: Topic
    state: TicketState
    opened_at: datetime
    waiting_since: datetime | None
    late: bool
    has_account: bool


class WaitingsAnswer(Answer):
    """What waits, the longest first; the first 200."""

    items: list[WaitingAnswer]
    next_cursor: None = None


class ReferencePath(BaseModel):
    """Which question, by what people call it."""

    reference: Annotated[str, Field(max_length=20)]


class ReasonBody(BaseModel):
    """Why somebody looks."""

    reason: Reason


class ReadThreadAnswer(ThreadAnswer):
    """A question with all that was written, how its writer wants to be called, and the id of her account."""

    name: str
    account_id: UUID | None


class OperatorAnswerBody(BaseModel):
    """What the studio answers."""

    message: Annotated[str, Field(max_length=20_000, examples=["Your photo was deleted at 14:03."])]


class MovedQuestionAnswer(Answer):
    """How the question stands now."""

    reference: str
    state: TicketState


class SoughtBody(BaseModel):
    """Who is looked up: the id of an account, or an exact address; and why."""

    who: Annotated[str, Field(max_length=254, examples=["ada@example.org"])]
    reason: Reason


class OrderStateAnswer(Answer):
    """How far a figurine has come; no picture, no title."""

    id: UUID
    state: str
    style: str
    price: int
    engine: str | None
    failure_code: str | None
    created_at: datetime
    finished_at: datetime | None


class LetterStateAnswer(Answer):
    """Whether a letter went out."""

    template: str
    state: str
    created_at: datetime
    sent_at: datetime | None


class AskedStateAnswer(Answer):
    """How a question stands."""

    reference: str
    topic: str
    state: str
    opened_at: datetime


class DossierAnswer(Answer):
    """What support needs to know of a person: states and dates, the latest first; no picture, no name, no address."""

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
    allows: list[str]
    figurines: list[OrderStateAnswer]
    letters: list[LetterStateAnswer]
    questions: list[AskedStateAnswer]


@questions.get("/v1/operator/questions", responses={200: WaitingsAnswer})
def list_waiting() -> WaitingsAnswer:
    """What waits for an answer of the studio's."""
    return WaitingsAnswer(items=waiting())


@questions.post(
    "/v1/operator/questions/<reference>/look", responses={200: ReadThreadAnswer, **problems(Invalid, NoSuchTicket)}
)
def look(path: ReferencePath, body: ReasonBody) -> ReadThreadAnswer:
    """Read a question. That it was read, by whom and why is told to whose it is."""
    thread, name = read_thread(path.reference, body.reason)
    return ReadThreadAnswer(**thread_answer(thread).model_dump(), name=name, account_id=thread.ticket.account_id)


@questions.post(
    "/v1/operator/questions/<reference>/answer",
    responses={
        200: MovedQuestionAnswer,
        **problems(Invalid, PersonGone, NoSuchTicket, TicketClosed, TicketFull, AnsweredAlready),
    },
)
def answer(path: ReferencePath, body: OperatorAnswerBody) -> MovedQuestionAnswer:
    """Answer a question; a letter says so and leads there. The same words twice are sent once."""
    return MovedQuestionAnswer.model_validate(write_answer(path.reference, body.message))


@questions.post(
    "/v1/operator/questions/<reference>/close",
    responses={200: MovedQuestionAnswer, **problems(NoSuchTicket, PersonGone, TicketClosed)},
)
def close(path: ReferencePath) -> MovedQuestionAnswer:
    """Close a question."""
    return MovedQuestionAnswer.model_validate(close_it(path.reference))


@people.post("/v1/operator/people/look", responses={200: DossierAnswer, **problems(Invalid, NobodyFound)})
def look_up(body: SoughtBody) -> DossierAnswer:
    """Look somebody up. That it was done, by whom and why is told to her."""
    return DossierAnswer.model_validate(find_person(body.who, body.reason))


def waiting() -> list[WaitingAnswer]:
    """What waits, the longest first."""
    with unit.begin() as work:
        found = work.tickets.unanswered(limit=LISTED)
        now = work.clock.now()
    return [
        WaitingAnswer(
            reference=ticket.reference,
            topic=ticket.topic,
            state=ticket.state,
            opened_at=ticket.opened_at,
            waiting_since=ticket.waiting_since,
            late=ticket.waiting_since is not None and now - ticket.waiting_since > ANSWERED_WITHIN,
            has_account=ticket.account_id is not None,
        )
        for ticket in found
    ]


def read_thread(reference: str, reason: str) -> tuple[Thread, str]:
    """A question that is read, with the name of who asks. Raises Invalid, NoSuchTicket."""
    with unit.begin() as work:
        return desk.look_at_question(work, colleague(), reference, reason=reason)


def write_answer(reference: str, text: str) -> Ticket:
    """A question that is answered. Raises as `desk.answer_question` does, and PersonGone."""
    whose = _whose(reference)
    with unit.bound().begin(person=whose) as work:
        return desk.answer_question(work, colleague(), reference, text)


def close_it(reference: str) -> Ticket:
    """A question that is closed. Raises as `desk.close_question` does, and PersonGone."""
    whose = _whose(reference)
    with unit.bound().begin(person=whose) as work:
        return desk.close_question(work, colleague(), reference)


def find_person(who: str, reason: str) -> Dossier:
    """What support needs to know of somebody. Raises Invalid, NobodyFound."""
    with unit.begin() as work:
        found = desk.look_up(work, colleague(), who, reason=reason)
    # Only now is it on record that somebody was looked for.
    if found is None:
        raise NobodyFound
    return found


def _whose(reference: str) -> UUID | None:
    """Whose it is: nothing is begun for somebody who leaves."""
    with unit.bound().begin() as work:
        return tickets.whose(work, reference)
