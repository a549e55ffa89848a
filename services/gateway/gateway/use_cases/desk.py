"""What support does in the console: reads and answers questions, looks people up. Each look is told to whose it is."""

from typing import Final
from uuid import UUID

from gateway.domain.desk import Dossier, sought
from gateway.domain.staff import Actor, Colleague
from gateway.domain.tickets import Thread, Ticket, check_reason, check_reference
from gateway.repository import Work
from gateway.use_cases import acts, tickets
from gateway.use_cases.factors import has_second_factor

_WHAT: Final = "Your account, credits, letters, questions and how your figurines stand; no picture, name or address"


def look_at_question(work: Work, who: Actor, reference: str, *, reason: str) -> tuple[Thread, str]:
    """What was written, and how its writer wants to be called. Raises NoSuchTicket, Invalid."""
    act_id = acts.note(work, who, "question.read", thing=check_reference(reference))
    thread = tickets.look(work, reference, operator=who.handle, reason=reason, act_id=act_id)
    return thread, _name(work, thread.ticket)


def answer_question(work: Work, who: Actor, reference: str, text: str) -> Ticket:
    """Answer as the studio. Raises NoSuchTicket, TicketClosed, TicketFull, AnsweredAlready, Invalid."""
    answered = tickets.answer(work, reference, text, operator=who.handle)
    acts.note(work, who, "question.answered", thing=answered.reference)
    return work.tickets.find(answered.id) or answered


def close_question(work: Work, who: Actor, reference: str) -> Ticket:
    """Close a question, as one that is none. Raises NoSuchTicket, TicketClosed."""
    closed = tickets.end(work, reference, operator=who.handle)
    acts.note(work, who, "question.closed", thing=closed.reference)
    return work.tickets.find(closed.id) or closed


def look_up(work: Work, who: Colleague, asked: str, *, reason: str) -> Dossier | None:
    """What support needs to know of somebody, by her id or her exact address; None where there is nobody.

    That nobody was found is written down, too: who tries addresses is seen. Raises Invalid.
    """
    person, reason = sought(asked), check_reason(reason)
    account_id = _find(work, person)
    found = _dossier(work, account_id) if account_id else None
    if found is None:
        acts.note(work, who, "person.not_found", reason=reason)
        return None
    acts.note_of(work, who, "person.read", person=found.account_id, what=_WHAT, reason=reason)
    return found


def _find(work: Work, person: UUID | str) -> UUID | None:
    if isinstance(person, UUID):
        return person
    account = work.accounts.find_by_address(person)
    return account.id if account else None


def _dossier(work: Work, account_id: UUID) -> Dossier | None:
    opened = work.dossiers.account(account_id)
    if opened is None:
        return None
    created_at, verified_at, policy_version = opened
    available, held = work.dossiers.balance(account_id)
    devices = work.sessions.of(account_id)
    return Dossier(
        account_id=account_id,
        created_at=created_at,
        verified_at=verified_at,
        policy_version=policy_version,
        second_factor=has_second_factor(work, account_id),
        devices=len(devices),
        last_seen_at=max((device.last_seen_at for device in devices), default=None),
        plan=work.allowances.of(account_id).plan,
        available=available,
        held=held,
        allows=sorted(work.consents.granted(account_id)),
        figurines=work.dossiers.figurines(account_id),
        letters=work.dossiers.letters(account_id),
        questions=work.dossiers.questions(account_id),
    )


def _name(work: Work, ticket: Ticket) -> str:
    if ticket.account_id is None:
        return work.tickets.sender_of(ticket).name
    account = work.accounts.find(ticket.account_id)
    return account.name if account else ""
