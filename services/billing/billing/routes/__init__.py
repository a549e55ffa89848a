"""Billing's HTTP door; only the gateway comes through it."""

from collections.abc import Mapping

from billing.domain.codes import TooManyTries
from billing.domain.payments import PaymentDeclined
from billing.routes import catalogue, checkout, corrections, credits, invoices, orders, subscription, webhooks
from common.errors import Refused

ROUTES = [
    credits.routes,
    catalogue.routes,
    checkout.routes,
    corrections.routes,
    invoices.routes,
    orders.routes,
    subscription.routes,
    webhooks.routes,
]
STATUSES: Mapping[type[Refused], int] = {TooManyTries: 429, PaymentDeclined: 402}

__all__ = ["ROUTES", "STATUSES"]
