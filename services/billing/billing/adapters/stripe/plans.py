"""Subscriptions: as they are, with their paid bills, and how they are changed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

import stripe

from billing.domain.subscriptions import BillSeen, LineSeen, SubscriptionSeen, SubscriptionState
from billing.ports import PlanChange

from .client import changing, missing, reading
from .payments import NAME
from .prices import Prices
from .shapes import (
    Json,
    at,
    is_proration,
    listed,
    object_of,
    only_item,
    our_id,
    payment_of_invoice,
    period_of,
    price_of_item,
    price_of_line,
)

STATES: Mapping[str, SubscriptionState] = MappingProxyType(
    {
        "incomplete": SubscriptionState.PENDING,
        "trialing": SubscriptionState.ACTIVE,
        "active": SubscriptionState.ACTIVE,
        "past_due": SubscriptionState.PAST_DUE,
        "unpaid": SubscriptionState.PAUSED,
        "paused": SubscriptionState.PAUSED,
        "canceled": SubscriptionState.CANCELED,
        "incomplete_expired": SubscriptionState.CANCELED,
    }
)


class Plans:
    """Reads and changes subscriptions."""

    def __init__(self, client: stripe.StripeClient, prices: Prices) -> None:
        self._v1 = client.v1
        self._prices = prices

    def read(self, reference: str) -> SubscriptionSeen | None:
        """The subscription with its paid bills."""
        with reading():
            try:
                subscription = self._v1.subscriptions.retrieve(reference).to_dict()
            except stripe.InvalidRequestError as error:
                if missing(error):
                    return None
                raise
        return self._seen(subscription)

    def change(self, change: PlanChange) -> SubscriptionSeen:
        """Another plan. At once: what it costs more for the rest of the period is paid now, or nothing changes."""
        price = self._prices.ensure(change)
        with reading():
            item = only_item(self._v1.subscriptions.retrieve(change.subscription).to_dict())
        wish: dict[str, Any] = {"items": [{"id": item.get("id"), "price": price}]}
        if change.at_once:
            wish |= {"proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
        else:
            wish |= {"proration_behavior": "none"}
        return self._update(change.subscription, wish, change.key)

    def end_with_period(self, reference: str, *, end: bool, key: str) -> SubscriptionSeen:
        """Let it end with the period that is paid, or go on after all."""
        return self._update(reference, {"cancel_at_period_end": end}, key)

    def cancel(self, reference: str) -> None:
        """End it now; nothing happens to one that has ended."""
        seen = self.read(reference)
        if seen is None or seen.state is SubscriptionState.CANCELED:
            return
        with changing():
            self._v1.subscriptions.cancel(reference, {}, {"idempotency_key": f"end:{reference}"})

    def _update(self, reference: str, wish: dict[str, Any], key: str) -> SubscriptionSeen:
        with changing():
            updated = self._v1.subscriptions.update(reference, cast("Any", wish), {"idempotency_key": key})
        return self._seen(updated.to_dict())

    def _seen(self, subscription: Json) -> SubscriptionSeen:
        start, end = period_of(subscription)
        price, written = price_of_item(only_item(subscription))
        return SubscriptionSeen(
            provider=NAME,
            reference=subscription["id"],
            order_id=our_id(subscription, "order"),
            price_id=self._prices.our_id(price or "", written),
            state=STATES.get(subscription["status"], SubscriptionState.PENDING),
            cancel_at_period_end=bool(subscription.get("cancel_at_period_end") or subscription.get("cancel_at")),
            period_start=start,
            period_end=end,
            bills=self._bills(subscription["id"]),
        )

    def _bills(self, reference: str) -> tuple[BillSeen, ...]:
        with reading():
            try:
                paid = self._paid_bills({"subscription": reference, "limit": 100, "expand": ["data.payments"]})
            except stripe.InvalidRequestError as error:
                if "expand" not in str(error):
                    raise
                # A Stripe of before 2025 writes the payment of a bill out without being asked.
                paid = self._paid_bills({"subscription": reference, "limit": 100})
        # The newest come first; of one second, in the order they are told.
        paid.reverse()
        paid.sort(key=lambda bill: bill["created"])
        return tuple(self._bill(bill) for bill in paid)

    def _paid_bills(self, query: dict[str, Any]) -> list[Json]:
        invoices = self._v1.invoices.list(cast("Any", query))
        return [bill for each in invoices.auto_paging_iter() if _is_paid(bill := each.to_dict())]

    def _bill(self, invoice: Json) -> BillSeen:
        transitions = object_of(invoice.get("status_transitions"))
        return BillSeen(
            reference=invoice["id"],
            payment=payment_of_invoice(invoice),
            amount_paid=invoice.get("amount_paid") or 0,
            currency=invoice.get("currency") or "",
            paid_at=at(transitions.get("paid_at") or invoice["created"]),
            lines=tuple(line for each in listed(invoice.get("lines")) if (line := self._line(each)) is not None),
        )

    def _line(self, line: Json) -> LineSeen | None:
        price, written = price_of_line(line)
        if price is None:
            return None
        period = object_of(line.get("period"))
        return LineSeen(
            price_id=self._prices.our_id(price, written),
            amount=line["amount"],
            starts_at=at(period.get("start") or 0),
            ends_at=at(period.get("end") or 0),
            proration=is_proration(line),
        )


def _is_paid(invoice: Json) -> bool:
    return invoice.get("status") == "paid" or bool(invoice.get("paid"))
