"""Questions to the studio: asked, acknowledged, answered, closed, forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from gateway.domain.idempotency import AnsweredMeanwhile, IdempotencyMismatch
from gateway.domain.tickets import (
    MAX_MESSAGES,
    QUIET_AFTER,
    Access,
    AnsweredAlready,
    Author,
    Intent,
    Message,
    NoSuchTicket,
    Question,
    Sender,
    Thread,
    Ticket,
    TicketClosed,
    TicketFull,
    TicketState,
    check_message,
    check_operator,
    check_reason,
    check_reference,
    moved,
)
from gateway.repository import Work
from gateway.repository.contact import Allowed

RECEIVED: Final = "ticket-received"
ANSWERED: Final = "ticket-answered"
LETTERS: Final = frozenset({RECEIVED, ANSWERED})
ACCESSES_SHOWN: Final = 50
_CLOSED_AT_ONCE: Final = 200

# Makes a keyed digest that stands for a sender; nothing else is kept of addresses and clients.
Digest = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who may read a ticket: the person it belongs to, or whoever holds the link of one without an account."""

    account_id: UUID | None


def senders(digest: Digest, sender: Sender, client: str) -> Sequence[Allowed]:
    """By what floods are told from questions: the client, and the person or the address she gives.

    An address gets a letter for each question: nobody is to have somebody else's mailbox filled.
    """
    if sender.account_id is not None:
        return [Allowed(sender=digest(f"account:{sender.account_id}"), at_once=10, every=timedelta(minutes=6))]
    return [
        Allowed(sender=digest(f"address:{sender.email.casefold()}"), at_once=4, every=timedelta(hours=2)),
        Allowed(sender=digest(f"client:{client}"), at_once=20, every=timedelta(minutes=3)),
    ]


def replier(digest: Digest, ticket_id: UUID) -> Sequence[Allowed]:
    """How often somebody may write in one thread."""
    return [Allowed(sender=digest(f"ticket:{ticket_id}"), at_once=10, every=timedelta(minutes=3))]


def made_before(work: Work, intent: Intent) -> Ticket | None:
    """The ticket this request made before, if it did. Raises IdempotencyMismatch."""
    ticket_id = _the_same(work.tickets.made_by(intent.key), intent)
    return work.tickets.find(ticket_id) if ticket_id else None


def written_before(work: Work, intent: Intent) -> Message | None:
    """The message this request wrote before, if it did. Raises IdempotencyMismatch."""
    message_id = _the_same(work.tickets.written_by(intent.key), intent)
    return work.tickets.message(message_id) if message_id else None


def ask(
    work: Work, sender: Sender, question: Question, *, allowed: Sequence[Allowed], intent: Intent | None = None
) -> Ticket:
    """Take a question, and have it acknowledged at once. Raises TooManyMessages, AnsweredMeanwhile."""
    work.contact_rates.take(allowed)
    ticket = work.tickets.add(sender, question, intent)
    if ticket is None:
        raise AnsweredMeanwhile
    work.tickets.write(ticket, Author.PERSON, question.text)
    _write_letter(work, ticket, RECEIVED)
    return ticket


def reply(
    work: Work, asker: Asker, ticket_id: UUID, text: str, *, allowed: Sequence[Allowed], intent: Intent | None = None
) -> Message:
    """Write in one's own thread. Raises NoSuchTicket, TicketClosed, TicketFull, TooManyMessages, AnsweredMeanwhile."""
    ticket = _own(work.tickets.lock(ticket_id), asker)
    state = moved(ticket.state, Author.PERSON)
    _room_for_more(work, ticket)
    work.contact_rates.take(allowed)
    message = work.tickets.write(ticket, Author.PERSON, text, intent=intent)
    if message is None:
        raise AnsweredMeanwhile
    work.tickets.move(ticket, state)
    return message


def read(work: Work, asker: Asker, ticket_id: UUID) -> Thread:
    """One's own thread, with who of the studio looked at it. Raises NoSuchTicket."""
    return _thread(work, _own(work.tickets.find(ticket_id), asker))


def close(work: Work, asker: Asker, ticket_id: UUID) -> Thread:
    """Say that a question is settled; again is no fault. Raises NoSuchTicket."""
    ticket = _own(work.tickets.lock(ticket_id), asker)
    if ticket.state is not TicketState.CLOSED:
        work.tickets.close(ticket)
    return _thread(work, ticket)


def delete(work: Work, asker: Asker, ticket_id: UUID) -> None:
    """Forget one's own question with all that was written. Raises NoSuchTicket."""
    ticket = _own(work.tickets.lock(ticket_id), asker)
    work.access_log.drop_ticket(ticket.id)
    work.tickets.drop(ticket.id)


def look(work: Work, reference: str, *, operator: str, reason: str, act_id: UUID) -> Thread:
    """What an operator sees of a ticket, once it is written down that she looks, and why. Raises NoSuchTicket, Invalid.

    No address: letters find their way without her knowing it. `act_id` is the line of the audit trail.
    """
    operator, reason = check_operator(operator), check_reason(reason)
    ticket = _called(work, reference)
    what = f"What you wrote in {ticket.reference}"
    work.access_log.add(ticket, operator=operator, what=what, reason=reason, act_id=act_id)
    return _thread(work, ticket)


def whose(work: Work, reference: str) -> UUID | None:
    """Whose ticket it is, where that is somebody with an account. Raises NoSuchTicket."""
    return _called(work, reference).account_id


def answer(work: Work, reference: str, text: str, *, operator: str) -> Ticket:
    """Answer as the studio; she is told by mail. Raises NoSuchTicket, TicketClosed, TicketFull, AnsweredAlready."""
    operator, text = check_operator(operator), check_message(text)
    ticket = _locked(work, reference)
    state = moved(ticket.state, Author.STUDIO)
    _room_for_more(work, ticket)
    last = work.tickets.messages(ticket)[-1:]
    if [(each.author, each.text) for each in last] == [(Author.STUDIO, text)]:
        raise AnsweredAlready
    work.tickets.write(ticket, Author.STUDIO, text, operator=operator)
    work.tickets.move(ticket, state)
    _write_letter(work, ticket, ANSWERED)
    return ticket


def end(work: Work, reference: str, *, operator: str) -> Ticket:
    """Close a ticket as the studio. Raises NoSuchTicket, TicketClosed."""
    check_operator(operator)
    ticket = _locked(work, reference)
    if ticket.state is TicketState.CLOSED:
        raise TicketClosed
    work.tickets.close(ticket)
    return ticket


def close_quiet(work: Work) -> int:
    """Close what was answered long ago and not written to since, so that its time to be forgotten comes."""
    return work.tickets.close_quiet(since=QUIET_AFTER, limit=_CLOSED_AT_ONCE)


def sender_of(work: Work, ticket_id: UUID) -> tuple[Ticket, Sender] | None:
    """A ticket and who asks, while it is there."""
    ticket = work.tickets.find(ticket_id)
    return (ticket, work.tickets.sender_of(ticket)) if ticket else None


def accesses(work: Work, account_id: UUID, *, limit: int, before: UUID | None) -> list[Access]:
    """Who of the studio looked at a person's data, the latest first."""
    return work.access_log.of(account_id, limit=limit, before=before)


def _the_same(made: tuple[UUID, bytes] | None, intent: Intent) -> UUID | None:
    if made is None:
        return None
    id, request = made
    if request != intent.request:
        raise IdempotencyMismatch
    return id


def _own(ticket: Ticket | None, asker: Asker) -> Ticket:
    if ticket is None or ticket.account_id != asker.account_id:
        raise NoSuchTicket
    return ticket


def _called(work: Work, reference: str) -> Ticket:
    ticket_id = work.tickets.called(check_reference(reference))
    ticket = work.tickets.find(ticket_id) if ticket_id else None
    if ticket is None:
        raise NoSuchTicket
    return ticket


def _locked(work: Work, reference: str) -> Ticket:
    ticket = work.tickets.lock(_called(work, reference).id)
    if ticket is None:
        raise NoSuchTicket
    return ticket


def _room_for_more(work: Work, ticket: Ticket) -> None:
    if work.tickets.count(ticket) >= MAX_MESSAGES:
        raise TicketFull


def _thread(work: Work, ticket: Ticket) -> Thread:
    now = work.tickets.find(ticket.id)
    if now is None:
        raise NoSuchTicket
    messages = work.tickets.messages(now)
    return Thread(ticket=now, messages=messages, accesses=work.access_log.of_ticket(now.id, limit=ACCESSES_SHOWN))


def _write_letter(work: Work, ticket: Ticket, template: str) -> None:
    parameters = {"ticket": str(ticket.id), "reference": ticket.reference}
    work.mails.add(ticket.account_id, template, parameters=parameters, ticket_id=ticket.id)
