"""Who of the studio may do what."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gateway.domain.people import Session
from gateway.domain.staff import (
    Actor,
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


def give(work: Work, who: Actor, email: str, role: Role, *, reason: str) -> UUID:
    """Give a role; again changes nothing. Raises OwnRole, NoSuchAccount, NotVerified, Invalid."""
    check_operator(who.handle)
    account_id = _found(work, email)
    if account_id == who.account_id:
        raise OwnRole
    if work.staff.add(account_id, role, operator=who.handle):
        acts.note_of(work, who, _GIVEN, person=account_id, what=_what(role), reason=reason, thing=role)
    return account_id


def take(work: Work, who: Actor, account_id: UUID, role: Role, *, reason: str) -> None:
    """Take a role away; it counts from the next request on. Raises NoSuchAccount where there is none, Invalid."""
    check_operator(who.handle)
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


def _what(role: Role) -> str:
    return f"Your role in the studio: {role}"
