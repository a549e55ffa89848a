"""Billing's HTTP door; only the gateway comes through it."""

from billing.routes import checkout, credits, orders, subscription, webhooks

ROUTES = [credits.routes, checkout.routes, orders.routes, subscription.routes, webhooks.routes]

__all__ = ["ROUTES"]
