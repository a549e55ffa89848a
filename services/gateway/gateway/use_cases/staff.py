"""Who of the studio may do what."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gateway.domain.people import Session
from gateway.domain.staff import (
    Colleague,
    Member,
    NoSuchAccount,
    NotVerified,
    OwnRole,
    Role,
    check_factor,
    colleague_of,
)
from gateway.domain.tickets import check_operator
from gateway.repository import Work
from gateway.use_cases import acts
from gateway.use_cases.factors import has_second_factor

_GIVEN: Final = "role.given"
_TAKEN: Final = "role.taken"
_NOT_THERE: Final = "There is nobody of that id with that role."


def admit(work: Work, session: Session, wanted: Sequence[Role]) -> Colleague:
    """Let somebody into a room of the console. Raises NotFound without the role, SecondFactorRequired."""
    colleague = colleague_of(session.account_id, work.staff.roles_of(session.account_id), wanted)
    check_factor(has_one=has_second_factor(work, session.account_id), shown_at=session.factor_at, now=work.clock.now())
    return colleague


def give(work: Work, email: str, role: Role, *, operator: str) -> UUID:
    """Give a role from the machine's shell. Raises NoSuchAccount, NotVerified, Invalid."""
    operator = check_operator(operator)
    account_id = _found(work, email)
    if work.staff.add(account_id, role, operator=operator):
        _note_at_shell(work, operator, _GIVEN, account_id, role)
    return account_id


def take(work: Work, account_id: UUID, role: Role, *, operator: str) -> None:
    """Take a role away from the machine's shell. Raises NoSuchAccount where there is none to take, Invalid."""
    operator = check_operator(operator)
    if not work.staff.remove(account_id, role):
        raise NoSuchAccount(_NOT_THERE)
    _note_at_shell(work, operator, _TAKEN, account_id, role)


def give_at_desk(work: Work, who: Colleague, email: str, role: Role, *, reason: str) -> UUID:
    """Give a role in the console; again changes nothing. Raises OwnRole, NoSuchAccount, NotVerified, Invalid."""
    account_id = _found(work, email)
    if account_id == who.account_id:
        raise OwnRole
    if work.staff.add(account_id, role, operator=who.handle):
        acts.note_of(work, who, _GIVEN, person=account_id, what=_what(role), reason=reason, thing=role)
    return account_id


def take_at_desk(work: Work, who: Colleague, account_id: UUID, role: Role, *, reason: str) -> None:
    """Take a role away in the console; it counts from the next request on. Raises NoSuchAccount, Invalid."""
    if not work.staff.remove(account_id, role):
        raise NoSuchAccount(_NOT_THERE)
    acts.note_of(work, who, _TAKEN, person=account_id, what=_what(role), reason=reason, thing=role)


def read(work: Work) -> list[Member]:
    """Everybody who has a role."""
    return work.staff.all()


def _found(work: Work, email: str) -> UUID:
    account = work.accounts.find_by_address(email.strip())
    if account is None:
        raise NoSuchAccount
    # Whoever opens an account with somebody else's address must not be taken for her.
    if account.verified_at is None:
        raise NotVerified
    return account.id


def _note_at_shell(work: Work, handle: str, act: str, account_id: UUID, role: Role) -> None:
    act_id = work.acts.add_at_shell(handle, act, thing=role)
    work.access_log.add_of(
        account_id, operator=handle, what=_what(role), reason="Changed at the machine's shell", act_id=act_id
    )


def _what(role: Role) -> str:
    return f"Your role in the studio: {role}"
