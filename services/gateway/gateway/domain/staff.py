"""Who of the studio may do what. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.errors import Invalid, NotFound


class Role(StrEnum):
    """What somebody of the studio is there for. An analyst reads reports, and nothing of anybody's."""

    ANALYST = "analyst"


class NoSuchAccount(NotFound):
    """There is no account with that address. Whoever gets a role opens one first, as everybody does."""


class NotVerified(Invalid):
    """That account's address was never confirmed. Whoever gets a role follows the link in the mail first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the studio, by the id of her account, and who gave her the role."""

    account_id: UUID
    role: Role
    operator: str
    given_at: datetime
