"""Credits an operator gives or takes: one proposes, another one approves. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound, Refused

MOST = 10_000
SHORTEST_REASON = 10
LONGEST_REASON = 200
# A handle or an id, never a name or an address: it is kept with the books.
OPERATOR = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)


class NoSuchAdjustment(NotFound):
    """There is no such adjustment; `pending` shows those that wait."""


class AlreadyDecided(Conflict):
    """This adjustment has been decided already."""


class OwnProposal(Conflict):
    """Nobody approves what they proposed; ask a second person."""


class TooLittleLeft(Refused):
    """There are not so many credits to take; nobody gets below zero. Propose fewer."""


class AdjustmentState(StrEnum):
    """The life of an adjustment."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Credits to give, or with a minus to take, and why; the reason stands on the statement."""

    id: UUID
    user_id: UUID
    credits: int
    reason: str
    state: AdjustmentState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None

    def approve(self, operator: str) -> None:
        """Raises AlreadyDecided, OwnProposal."""
        self.decline()
        if operator == self.proposed_by:
            raise OwnProposal

    def decline(self) -> None:
        """Raises AlreadyDecided. Whoever proposed it may take it back."""
        if self.state is not AdjustmentState.PROPOSED:
            raise AlreadyDecided


def check_operator(operator: str) -> None:
    """Raises Invalid for what is no handle."""
    if not OPERATOR.fullmatch(operator):
        raise Invalid("An operator is 2 to 40 lower-case letters, digits and dashes: a handle, not a name.")


def check_proposal(credits: int, reason: str) -> None:
    """Raises Invalid."""
    if not 1 <= abs(credits) <= MOST:
        raise Invalid(f"An adjustment is of 1 to {MOST} credits, with a minus to take them.")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise Invalid(
            f"The reason stands on the statement: a sentence of {SHORTEST_REASON} to {LONGEST_REASON} characters."
        )
