"""Who of the studio may do what, and what has to be shown before the console opens. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from common.errors import Conflict, Forbidden, Invalid, NotFound

# A working day: whoever comes back tomorrow shows the second factor again.
FACTOR_FOR: Final = timedelta(hours=12)


class Role(StrEnum):
    """What somebody of the studio is there for. A role opens its own rooms of the console, and no others."""

    ANALYST = "analyst"  # reports, and nothing of anybody's
    SUPPORT = "support"  # questions, and looking somebody up
    OPERATOR = "operator"  # jobs, engines, dead letters, promises
    FINANCE = "finance"  # the ledger and refunds
    PRIVACY = "privacy"  # requests and evidence
    EDITOR = "editor"  # announcements
    ADMIN = "admin"  # gives roles, reads the audit trail


class NoSuchAccount(NotFound):
    """There is no account with that address. Whoever gets a role opens one first, as everybody does."""


class NotVerified(Invalid):
    """That account's address was never confirmed. Whoever gets a role follows the link in the mail first."""


class OwnRole(Conflict):
    """Nobody gives a role to herself. Ask another admin, or somebody who holds the machine's shell."""

    code = "own_role"


class SecondFactorRequired(Forbidden):
    """The console opens with a second factor only. Set up a passkey or an authenticator app in your account first."""

    code = "second_factor_required"

    def __init__(self, message: str | None = None, *, has_one: bool = False) -> None:
        super().__init__(message or (_SHOW_IT if has_one else None))
        self.has_one = has_one


_SHOW_IT: Final = "Show your second factor once more: enter a code of your app, or sign in again with your passkey."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the studio, by the id of her account, and who gave her the role."""

    account_id: UUID
    role: Role
    operator: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the studio at work: with which of her roles she stands here, and all she has."""

    account_id: UUID
    role: Role
    roles: frozenset[Role]

    @property
    def handle(self) -> str:
        """How people whose data she looks at read of her; the same each time, and no name."""
        return f"{self.role}-{self.account_id.hex[-6:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """Somebody who holds the machine's shell: her handle is all that is known of her."""

    handle: str
    role: str = "shell"
    account_id: None = None


# Whoever does something for the studio.
Actor: TypeAlias = Colleague | Shell


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did for the studio; `person` is whose data it was, as long as she has an account."""

    id: UUID
    at: datetime
    account_id: UUID | None
    handle: str
    role: str
    act: str
    thing: str
    reason: str
    person: UUID | None


def colleague_of(account_id: UUID, held: Collection[Role], wanted: Collection[Role]) -> Colleague:
    """She stands here with the first role that is wanted and hers. Raises NotFound, as for a thing that is not hers."""
    role = next((role for role in wanted if role in held), None)
    if role is None:
        raise NotFound
    return Colleague(account_id=account_id, role=role, roles=frozenset(held))


def check_factor(*, has_one: bool, shown_at: datetime | None, now: datetime) -> None:
    """Raises SecondFactorRequired where there is none, or none was shown on this device today."""
    if not has_one or shown_at is None or now - shown_at > FACTOR_FOR:
        raise SecondFactorRequired(has_one=has_one)
