"""The provider of the public contract called `invoice`: money by bank transfer, booked by an operator.

The foreign system is the bank, and an operator's eyes; what they see is written in our own rows. So every call is one
transaction of its own, as a call to somebody else would be.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NoReturn, Protocol, TypeVar
from uuid import UUID

from billing.domain.corrections import Copies
from billing.domain.payments import NotTaken, Order, PaymentSeen, ProviderEvent, RefundSeen
from billing.domain.subscriptions import SubscriptionSeen
from billing.domain.transfers import NAME, TransferOrder
from billing.ports import Checkout, CheckoutRequest, Document, PlanChange, RefundRequest
from common.corrections import OldValues
from common.work import UnitOfWork


class TransferRooms(Protocol):
    """What this needs of a transaction's rooms."""

    @property
    def transfers(self) -> "TransferRows":
        """Orders paid by transfer."""
        ...


class TransferRows(Protocol):
    """How orders paid by transfer are found."""

    def find(self, number: str) -> TransferOrder | None:
        """By the number of the invoice."""
        ...

    def of_order(self, order_id: UUID) -> TransferOrder | None:
        """By the order."""
        ...


W = TypeVar("W", bound=TransferRooms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk(Generic[W]):
    """What is done with an order in a transaction; the use cases, handed in by the wiring."""

    open_order: Callable[[W, CheckoutRequest], Checkout]
    see: Callable[[W, TransferOrder | None], PaymentSeen | None]
    changes_since: Callable[[W, datetime], list[ProviderEvent]]
    refund: Callable[[W, RefundRequest], RefundSeen]
    cancel: Callable[[W, str], None]


class TransferProvider(Generic[W]):
    """Takes bank transfers for packs. What an operator books is what it knows."""

    def __init__(self, unit: UnitOfWork[W], clerk: Clerk[W]) -> None:
        self._unit = unit
        self._clerk = clerk

    @property
    def name(self) -> str:
        """What orders call it."""
        return NAME

    @property
    def takes_plans(self) -> bool:
        """Nobody transfers the same amount each month by hand."""
        return False

    def ensure_customer(self, user_id: UUID) -> None:  # noqa: ARG002 - the port's signature
        """It needs no reference of a person."""
        return

    def delete_customer(self, reference: str) -> None:
        """It keeps no reference of a person."""

    def correct_copies(self, customer: str, old: OldValues, new: Mapping[str, str]) -> Copies:  # noqa: ARG002 - the port's
        """Whom an invoice is for is billing's own; nobody else holds a copy."""
        return Copies()

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """Issue the invoice and mail it; the page shows it with the bank account."""
        with self._unit.begin() as work:
            return self._clerk.open_order(work, request)

    def find_payment(self, order: Order, customer: str | None) -> PaymentSeen | None:  # noqa: ARG002 - the port's
        """By the order's id."""
        with self._unit.begin() as work:
            return self._clerk.see(work, work.transfers.of_order(order.id))

    def read_payment(self, reference: str) -> PaymentSeen | None:
        """By the number of the invoice."""
        with self._unit.begin() as work:
            return self._clerk.see(work, work.transfers.find(reference))

    def cancel_checkout(self, reference: str) -> None:
        """Take the invoice back with a credit note."""
        with self._unit.begin() as work:
            self._clerk.cancel(work, reference)

    def portal_url(self, customer: str, return_url: str) -> str | None:  # noqa: ARG002 - the port's signature
        """There is nothing to manage."""
        return None

    def read_subscription(self, reference: str) -> SubscriptionSeen | None:  # noqa: ARG002 - the port's signature
        """It takes no plans."""
        return None

    def change_plan(self, change: PlanChange) -> NoReturn:  # noqa: ARG002 - the port's signature
        """It takes no plans."""
        raise NotTaken

    def cancel_at_period_end(self, subscription: str, *, key: str) -> NoReturn:  # noqa: ARG002 - the port's signature
        """It takes no plans."""
        raise NotTaken

    def resume(self, subscription: str, *, key: str) -> NoReturn:  # noqa: ARG002 - the port's signature
        """It takes no plans."""
        raise NotTaken

    def cancel_now(self, subscription: str) -> None:
        """It takes no plans, so none goes on."""

    def refund(self, request: RefundRequest) -> RefundSeen:
        """Note what is to be sent back; it is done when an operator has sent it."""
        with self._unit.begin() as work:
            return self._clerk.refund(work, request)

    def list_documents(self, customer: str) -> Sequence[Document]:  # noqa: ARG002 - the port's signature
        """Our own documents are in /v1/invoices."""
        return ()

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent | None:  # noqa: ARG002 - the port's
        """Banks send us no messages."""
        return None

    def events_since(self, since: datetime) -> Iterator[ProviderEvent]:
        """What operators and time changed since."""
        with self._unit.begin() as work:
            return iter(self._clerk.changes_since(work, since))

    def close(self) -> None:
        """It has no connections."""
