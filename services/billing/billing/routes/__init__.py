"""Billing's HTTP door; only the gateway comes through it."""

from collections.abc import Mapping

from billing.domain.codes import TooManyTries
from billing.domain.payments import PaymentDeclined
from billing.routes import (
    books,
    catalogue,
    checkout,
    corrections,
    credits,
    invoices,
    orders,
    proposals,
    subscription,
    webhooks,
)
from common.errors import Refused

ROUTES = [
    books.routes,
    credits.routes,
    catalogue.routes,
    checkout.routes,
    corrections.routes,
    invoices.routes,
    orders.routes,
    proposals.routes,
    subscription.routes,
    webhooks.routes,
]
STATUSES: Mapping[type[Refused], int] = {TooManyTries: 429, PaymentDeclined: 402}

__all__ = ["ROUTES", "STATUSES"]
