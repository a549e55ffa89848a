"""Refunds an operator wishes for: one proposes, another one approves. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from common.errors import Conflict, Invalid, NotFound

SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 200
LONGEST_HANDLE: Final = 40
# Who holds the machine's shell has no account here; her handle gives the id that stands in the place of one.
_SHELLS: Final = UUID("0e5f2a53-5f0c-5f52-9d2a-6c1b9f2f6d11")


class NoSuchProposal(NotFound):
    """There is no such proposal."""


class AlreadyProposed(Conflict):
    """A refund of this order waits for its second person already; decide that one first."""


class ProposalDecided(Conflict):
    """Somebody has decided this proposal already."""


class OwnRefund(Conflict):
    """Nobody approves the refund they proposed; ask a second person."""

    code = "own_proposal"


class ProposalState(StrEnum):
    """The life of a proposal."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"


PROPOSAL_TRANSITIONS: Mapping[ProposalState, frozenset[ProposalState]] = {
    ProposalState.PROPOSED: frozenset({ProposalState.APPROVED, ProposalState.DECLINED}),
    ProposalState.APPROVED: frozenset(),
    ProposalState.DECLINED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Money that may go back for an order, in its currency's minor unit; `refund_id` is what came of it.

    Who proposed and who decided are staff, by the ids of their accounts.
    """

    id: UUID
    order_id: UUID
    amount: int
    reason: str
    state: ProposalState
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    refund_id: UUID | None = None

    def decided(self, state: ProposalState, operator: UUID) -> bool:
        """Whether this very decision was made before. Raises ProposalDecided for another, OwnRefund."""
        if self.state is state and self.decided_by == operator:
            return True
        if state not in PROPOSAL_TRANSITIONS[self.state]:
            raise ProposalDecided
        if state is ProposalState.APPROVED and operator == self.proposed_by:
            raise OwnRefund
        return False


def check_refund_reason(reason: str) -> str:
    """The reason without blanks around it; it stands on the credit note. Raises Invalid."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise Invalid(f"The reason stands on the credit note: {SHORTEST_REASON} to {LONGEST_REASON} characters.")
    return reason


def of_shell(handle: str) -> UUID:
    """The id of whoever proposes at the machine's shell, the same for the same handle. Raises Invalid without one."""
    handle = handle.strip().lower()
    if not 1 <= len(handle) <= LONGEST_HANDLE or not handle.isprintable():
        raise Invalid(f"Say who you are with --as: a handle of up to {LONGEST_HANDLE} characters.")
    return uuid5(_SHELLS, handle)
