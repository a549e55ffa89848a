"""One-off payments: the checkout, the money, and what went back of it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import takewhile
from types import MappingProxyType
from typing import Any, cast

import stripe

from billing.domain.payments import (
    DisputeSeen,
    DisputeState,
    PaymentSeen,
    PaymentState,
    RefundSeen,
    RefundState,
)

from .client import missing, reading
from .shapes import Json, at, id_of, listed, object_of, our_id, subscription_of_invoice

NAME = "stripe"

REFUNDS: Mapping[str, RefundState] = MappingProxyType(
    {
        "pending": RefundState.PENDING,
        "requires_action": RefundState.PENDING,
        "succeeded": RefundState.SUCCEEDED,
        "failed": RefundState.FAILED,
        "canceled": RefundState.FAILED,
    }
)

# An inquiry that closes was no loss.
DISPUTES: Mapping[str, DisputeState] = MappingProxyType(
    {
        "won": DisputeState.WON,
        "warning_closed": DisputeState.WON,
        "prevented": DisputeState.WON,
        "lost": DisputeState.LOST,
    }
)

INTENTS: Mapping[str, PaymentState] = MappingProxyType(
    {"succeeded": PaymentState.PAID, "canceled": PaymentState.CANCELLED}
)


class Payments:
    """Reads payments, by checkout (cs_…) or by the money (pi_…)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    def read(self, reference: str) -> PaymentSeen | None:
        """The payment as it is now, with its refunds and disputes."""
        if reference.startswith("cs_"):
            session = self._find(lambda: self._v1.checkout.sessions.retrieve(reference))
            return None if session is None else self._of_session(session)
        intent = self._intent(reference)
        return None if intent is None else self._of_intent(intent)

    def find(self, order_id: str, customer: str, since: datetime) -> PaymentSeen | None:
        """The payment of an order whose reference nobody recorded, by the order's id on its checkout."""
        with reading():
            try:
                sessions = _younger(self._v1.checkout.sessions.list({"customer": customer, "limit": 100}), since)
                session = next((each for each in sessions if each.get("client_reference_id") == order_id), None)
            except stripe.InvalidRequestError as error:
                # Of a customer who was deleted nothing is listed.
                if missing(error):
                    return None
                raise
        return None if session is None else self._of_session(session)

    def _of_session(self, session: Json) -> PaymentSeen:
        named = id_of(session.get("payment_intent"))
        intent = None if named is None else self._intent(named)
        state = _session_state(session, intent or {})
        paid = state is PaymentState.PAID
        return PaymentSeen(
            provider=NAME,
            order_id=our_id(session, "order"),
            state=state,
            reference=session["id"],
            payment=named,
            subscription=id_of(session.get("subscription")),
            amount_paid=(session.get("amount_total") or 0) if paid else 0,
            currency=session.get("currency") or "",
            paid_at=_paid_at(intent) if paid and intent else None,
            **({} if intent is None else self._afterwards(intent)),
        )

    def _of_intent(self, intent: Json) -> PaymentSeen:
        state = INTENTS.get(intent["status"], PaymentState.OPEN)
        order_id = our_id(intent, "order")
        return PaymentSeen(
            provider=NAME,
            order_id=order_id,
            state=state,
            payment=intent["id"],
            subscription=None if order_id else self._subscription_of(intent),
            amount_paid=_received(intent) if state is PaymentState.PAID else 0,
            currency=intent.get("currency") or "",
            paid_at=_paid_at(intent),
            **self._afterwards(intent),
        )

    def _afterwards(self, intent: Json) -> dict[str, Any]:
        """What happened to the money since it came."""
        if intent["status"] != "succeeded":
            return {}
        named = intent["id"]
        with reading():
            refunds = self._v1.refunds.list({"payment_intent": named, "limit": 100})
            seen = [read_refund(each.to_dict()) for each in refunds.auto_paging_iter()]
            disputes: list[DisputeSeen] = []
            if object_of(intent.get("latest_charge")).get("disputed"):
                found = self._v1.disputes.list({"payment_intent": named, "limit": 100})
                disputes = [_read_dispute(each.to_dict()) for each in found.auto_paging_iter()]
        # The oldest first, as they happened.
        return {"refunds": tuple(reversed(seen)), "disputes": tuple(reversed(disputes))}

    def _intent(self, named: str) -> Json | None:
        return self._find(lambda: self._v1.payment_intents.retrieve(named, {"expand": ["latest_charge"]}))

    def _subscription_of(self, intent: Json) -> str | None:
        """The subscription whose bill this money settled."""
        invoice = id_of(intent.get("invoice"))
        if invoice is None and "invoice" not in intent:
            query = {"payment": {"type": "payment_intent", "payment_intent": intent["id"]}}
            with reading():
                found = listed(self._v1.invoice_payments.list(cast("Any", query)).to_dict())
            invoice = id_of(found[0].get("invoice")) if found else None
        if invoice is None:
            return None
        read = self._find(lambda: self._v1.invoices.retrieve(invoice))
        return None if read is None else subscription_of_invoice(read)

    @staticmethod
    def _find(retrieve: Callable[[], stripe.StripeObject]) -> Json | None:
        with reading():
            try:
                return retrieve().to_dict()
            except stripe.InvalidRequestError as error:
                if missing(error):
                    return None
                raise


def _younger(found: stripe.ListObject[Any], since: datetime) -> Iterator[Json]:
    """The items of a list, the newest first, back to those of a minute before that."""
    oldest = since.timestamp() - 60
    return takewhile(lambda each: each["created"] >= oldest, (each.to_dict() for each in found.auto_paging_iter()))


def read_refund(refund: Json) -> RefundSeen:
    """A refund in our words; a state we do not know is one that is not over."""
    return RefundSeen(
        reference=refund["id"],
        refund_id=our_id(refund, "refund"),
        amount=refund["amount"],
        state=REFUNDS.get(refund.get("status") or "", RefundState.PENDING),
    )


def _read_dispute(dispute: Json) -> DisputeSeen:
    return DisputeSeen(
        reference=dispute["id"],
        amount=dispute["amount"],
        state=DISPUTES.get(dispute.get("status") or "", DisputeState.OPEN),
    )


def _session_state(session: Json, intent: Json) -> PaymentState:
    match session.get("status"), session.get("payment_status"):
        case "expired", _:
            return PaymentState.EXPIRED
        case "complete", "paid" | "no_payment_required":
            return PaymentState.PAID
        case "complete", _ if intent.get("status") in {"requires_payment_method", "canceled"}:
            # A bank that took its time said no.
            return PaymentState.FAILED
        case _:
            return PaymentState.OPEN


def _received(intent: Json) -> int:
    return intent.get("amount_received") or intent.get("amount") or 0


def _paid_at(intent: Json) -> datetime:
    charge = object_of(intent.get("latest_charge"))
    return at(charge.get("created") or intent["created"])
