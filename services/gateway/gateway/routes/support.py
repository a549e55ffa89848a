"""/v1/support/tickets: questions to the studio, of people with an account and of people without."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from flask import Response, request

from common.answers import Answer
from common.current import Current, note_person
from common.erasure import PersonGone
from common.errors import Invalid
from common.problems import FieldError, Statuses, problem, problems
from gateway.adapters.links import Links
from gateway.domain.idempotency import AnsweredMeanwhile, IdempotencyMismatch, check_key, fingerprint
from gateway.domain.people import ForgedRequest, NotSignedIn
from gateway.domain.tickets import (
    Intent,
    NoSuchTicket,
    Question,
    Sender,
    TicketClosed,
    TicketFull,
    TooManyMessages,
    client_of,
)
from gateway.repository import Work
from gateway.routes.context import (
    SECURITY,
    check_origin,
    current_person,
    person_if_any,
    personal,
    public,
    studio,
    unit,
)
from gateway.routes.ticket_answers import (
    AskBody,
    AskedAnswer,
    MessageAnswer,
    ReplyBody,
    ThreadAnswer,
    TicketAnswer,
    TicketPath,
    TicketsAnswer,
    TicketsQuery,
    asked_answer,
    thread_answer,
)
from gateway.use_cases import tickets
from gateway.use_cases.tickets import Asker

routes = public("support")
own_routes = personal("own support")
links = Current(Links)
TICKET_KEY = "Ticket-Key"
BY_LINK: list[dict[str, list[str]]] = [*SECURITY, {"ticket_key": []}]
STATUSES: Statuses = {TooManyMessages: 429}
CREATED = 201
T = TypeVar("T")


class ForRobots(Invalid):
    """The field `website` is there for robots, which fill in everything. Leave it empty and send it again."""


@routes.post(
    "/v1/support/tickets",
    responses={
        201: AskedAnswer,
        **problems(
            Invalid, NotSignedIn, ForgedRequest, PersonGone, IdempotencyMismatch, TooManyMessages, statuses=STATUSES
        ),
    },
)
def ask(body: AskBody) -> Response:
    """Ask the studio something, signed in or not. That it has arrived is confirmed by mail at once."""
    check_origin()
    if body.website:
        raise ForRobots
    person = person_if_any()
    if person is None and body.email is None:
        return _missing("email", "Write your e-mail address: the answer goes there.")
    if person is not None and (body.email or body.name):
        raise Invalid("You are signed in: the answer goes to the address of your account. Leave out address and name.")
    sender = Sender(account_id=person.account_id) if person else Sender(email=body.email or "", name=body.name or "")
    question = Question(topic=body.topic, text=body.message)
    intent = _intent(str(sender.account_id), body.topic, body.message, sender.email, sender.name)
    allowed = tickets.senders(_digest, sender, client_of(request.remote_addr or ""))
    ticket, again = _once(
        intent,
        before=tickets.made_before,
        make=lambda work: tickets.ask(work, sender, question, allowed=allowed, intent=intent),
    )
    return _created(asked_answer(ticket, links()), again=again)


@own_routes.get("/v1/support/tickets", responses={200: TicketsAnswer, **problems(NotSignedIn)})
def list_own(query: TicketsQuery) -> TicketsAnswer:
    """One's own questions, the newest first."""
    account_id = current_person().account_id
    with unit.begin() as work:
        page = work.tickets.of(account_id, limit=query.limit, before=query.cursor)
    cursor = page[-1].id if len(page) == query.limit else None
    return TicketsAnswer(items=[TicketAnswer.model_validate(ticket) for ticket in page], next_cursor=cursor)


@routes.get(
    "/v1/support/tickets/<ticket_id>",
    security=BY_LINK,
    responses={200: ThreadAnswer, **problems(NotSignedIn, NoSuchTicket)},
)
def read(path: TicketPath) -> ThreadAnswer:
    """A question and its answers: one's own, or with the key of the link in the mail."""
    asker = _asker(path.ticket_id)
    with unit.begin() as work:
        return thread_answer(tickets.read(work, asker, path.ticket_id))


@routes.post(
    "/v1/support/tickets/<ticket_id>/messages",
    security=BY_LINK,
    responses={
        201: MessageAnswer,
        **problems(
            Invalid,
            NotSignedIn,
            ForgedRequest,
            PersonGone,
            NoSuchTicket,
            TicketClosed,
            TicketFull,
            IdempotencyMismatch,
            TooManyMessages,
            statuses=STATUSES,
        ),
    },
)
def reply(path: TicketPath, body: ReplyBody) -> Response:
    """Write more in the same thread."""
    asker = _asker(path.ticket_id)
    intent = _intent(str(asker.account_id), body.message)
    allowed = tickets.replier(_digest, path.ticket_id)
    message, again = _once(
        intent,
        before=tickets.written_before,
        make=lambda work: tickets.reply(work, asker, path.ticket_id, body.message, allowed=allowed, intent=intent),
    )
    return _created(MessageAnswer.model_validate(message), again=again)


@routes.post(
    "/v1/support/tickets/<ticket_id>/close",
    security=BY_LINK,
    responses={200: ThreadAnswer, **problems(NotSignedIn, ForgedRequest, NoSuchTicket)},
)
def close(path: TicketPath) -> ThreadAnswer:
    """Say that it is settled. It is kept for a year, and then forgotten."""
    asker = _asker(path.ticket_id)
    with unit.begin() as work:
        return thread_answer(tickets.close(work, asker, path.ticket_id))


@routes.delete(
    "/v1/support/tickets/<ticket_id>",
    security=BY_LINK,
    responses={204: {"description": "It is gone."}, **problems(NotSignedIn, ForgedRequest, NoSuchTicket)},
)
def delete(path: TicketPath) -> Response:
    """Delete a question and all that was written, for good."""
    asker = _asker(path.ticket_id)
    with unit.begin() as work:
        tickets.delete(work, asker, path.ticket_id)
    return Response(status=204)


def _asker(ticket_id: UUID) -> Asker:
    """Whoever holds the key, else whoever is signed in. Raises NoSuchTicket, NotSignedIn, ForgedRequest."""
    key = request.headers.get(TICKET_KEY)
    if key is None:
        return Asker(account_id=current_person().account_id)
    check_origin()
    if not links().opens_thread(ticket_id, key):
        raise NoSuchTicket
    # Who else may be signed in on this device has nothing to do with it.
    note_person(None)
    return Asker(account_id=None)


def _intent(scope: str, *parts: str) -> Intent | None:
    key = check_key(request.headers.get("Idempotency-Key"))
    if key is None:
        return None
    secret = studio().fingerprint_key
    return Intent(
        key=fingerprint(secret, "contact", request.path, scope, key), request=fingerprint(secret, request.path, *parts)
    )


def _once(
    intent: Intent | None, *, before: Callable[[Work, Intent], T | None], make: Callable[[Work], T]
) -> tuple[T, bool]:
    """What the same request made before, or what it makes now; and which of the two it is."""
    if intent is not None and (made := _before(intent, before)) is not None:
        return made, True
    try:
        with unit.begin() as work:
            return make(work), False
    except AnsweredMeanwhile:
        made = _before(intent, before) if intent else None
    if made is None:
        # Made by another, and deleted since.
        raise NoSuchTicket
    return made, True


def _before(intent: Intent, before: Callable[[Work, Intent], T | None]) -> T | None:
    with unit.begin() as work:
        return before(work, intent)


def _digest(text: str) -> bytes:
    return fingerprint(studio().fingerprint_key, "sender", text)


def _created(answer: Answer, *, again: bool) -> Response:
    response = Response(answer.model_dump_json(), CREATED, mimetype="application/json")
    if again:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _missing(field: str, sentence: str) -> Response:
    return problem(400, Invalid.code, sentence, errors=[FieldError(field=field, message=sentence)])
