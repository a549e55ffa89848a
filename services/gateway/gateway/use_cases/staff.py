"""Who of the studio may do what."""

from uuid import UUID

from gateway.domain.staff import Member, NoSuchAccount, NotVerified, Role
from gateway.domain.tickets import check_operator
from gateway.repository import Work


def give(work: Work, email: str, role: Role, *, operator: str) -> UUID:
    """Give a role to whoever has this address. Raises NoSuchAccount, NotVerified, Invalid."""
    operator = check_operator(operator)
    account = work.accounts.find_by_address(email.strip())
    if account is None:
        raise NoSuchAccount
    # Whoever opens an account with somebody else's address must not be taken for her.
    if account.verified_at is None:
        raise NotVerified
    work.staff.add(account.id, role, operator=operator)
    return account.id


def take(work: Work, account_id: UUID, role: Role) -> None:
    """Take a role away. Raises NoSuchAccount where there is none to take."""
    if not work.staff.remove(account_id, role):
        raise NoSuchAccount("There is nobody of that id with that role.")


def read(work: Work) -> list[Member]:
    """Everybody who has a role."""
    return work.staff.all()
