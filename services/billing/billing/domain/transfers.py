"""Orders paid by bank transfer: what was asked for, what has arrived, and what is owed back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound

NAME = "invoice"  # what orders call this way of paying


class NoSuchTransferOrder(NotFound):
    """There is no invoice of this number to be paid by transfer."""


class ReferenceTaken(Conflict):
    """A transfer with this bank reference is booked already, for another invoice or amount."""


class NothingOwed(Invalid):
    """So much is not owed for this invoice."""


class TransferState(StrEnum):
    """How an order that is paid by transfer stands."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


# Money that comes late is money still: the whole amount makes an order paid, whatever was thought of it before.
TRANSITIONS: Mapping[TransferState, frozenset[TransferState]] = {
    TransferState.OPEN: frozenset({TransferState.PAID, TransferState.EXPIRED, TransferState.CANCELLED}),
    TransferState.EXPIRED: frozenset({TransferState.PAID}),
    TransferState.CANCELLED: frozenset({TransferState.PAID}),
    TransferState.PAID: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOrder:
    """An order as its invoice asks for it; amounts in the currency's minor unit.

    `refunded` is what of the price goes back or went back; `returned` is all that was sent back, surplus included.
    """

    order_id: UUID
    user_id: UUID
    invoice_id: UUID
    number: str
    amount: int
    currency: str
    state: TransferState
    received: int = 0
    returned: int = 0
    refunded: int = 0
    reminders: int = 0
    remind_at: datetime | None = None
    expires_at: datetime
    opened_at: datetime
    paid_at: datetime | None = None
    changed_at: datetime

    @property
    def outstanding(self) -> int:
        """What is still to be paid."""
        return max(self.amount - (self.received - self.returned), 0) if self.state is TransferState.OPEN else 0

    @property
    def owed(self) -> int:
        """What is to be sent back: a surplus, a refund, or money for an order that ended."""
        here = self.received - self.returned
        match self.state:
            case TransferState.OPEN:
                return 0
            case TransferState.PAID:
                return max(here - (self.amount - self.refunded), 0)
            case TransferState.EXPIRED | TransferState.CANCELLED:
                return here

    @property
    def settles(self) -> bool:
        """Whether what has arrived makes it paid."""
        enough = self.received - self.returned >= self.amount
        return enough and TransferState.PAID in TRANSITIONS[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRefund:
    """Money of the price that is to go back, until it was sent."""

    refund_id: UUID
    amount: int
    settled_at: datetime | None
