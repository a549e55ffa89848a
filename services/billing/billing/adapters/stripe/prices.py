"""Our prices at Stripe: found by our own id, made when they are not there yet."""

import stripe

from billing.domain.catalogue import Interval
from billing.ports import CheckoutRequest, PlanChange

from .client import changing, missing, reading
from .shapes import Json, object_of


class Prices:
    """What Stripe calls a plan of the catalogue, and what we call a price of Stripe's, which never changes."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1
        self._ours: dict[str, str] = {}

    def ensure(self, plan: CheckoutRequest | PlanChange) -> str:
        """Stripe's price for a plan. A price id of ours keeps its meaning for ever, so one is enough."""
        return self._find(plan.price_id) or self._make(plan)

    def our_id(self, price: str, written: Json) -> str:
        """Our id of a price of Stripe's; an unknown one keeps its own, and the catalogue will say that it is none."""
        known = self._ours.get(price)
        if known is None:
            known = _named(written) or self._ask(price)
            self._ours[price] = known
        return known

    def _find(self, price_id: str) -> str | None:
        with reading():
            found = self._v1.prices.list({"lookup_keys": [price_id], "limit": 1})
        return found.data[0].id if found.data else None

    def _make(self, plan: CheckoutRequest | PlanChange) -> str:
        amount = plan.list_amount if isinstance(plan, CheckoutRequest) else plan.amount
        with changing():
            made = self._v1.prices.create(
                {
                    "currency": plan.currency,
                    "unit_amount": amount,
                    "recurring": {"interval": "year" if plan.interval == Interval.YEAR else "month"},
                    "lookup_key": plan.price_id,
                    "product_data": {"name": plan.name},
                    "metadata": {"price_id": plan.price_id},
                },
                {"idempotency_key": f"price:{plan.price_id}"},
            )
        return made.id

    def _ask(self, price: str) -> str:
        with reading():
            try:
                return _named(self._v1.prices.retrieve(price).to_dict()) or price
            except stripe.InvalidRequestError as error:
                if missing(error):
                    return price
                raise


def _named(price: Json) -> str | None:
    # A plan of the time before prices has an id that one chooses oneself.
    chosen = price.get("id") if price.get("object") == "plan" else None
    return price.get("lookup_key") or object_of(price.get("metadata")).get("price_id") or chosen
