"""Billing's HTTP door; only the gateway comes through it."""

from billing.routes import credits, invoices

ROUTES = [credits.routes, invoices.routes]

__all__ = ["ROUTES"]
