"""Billing's HTTP door; only the gateway comes through it."""

from billing.routes import credits

ROUTES = [credits.routes]

__all__ = ["ROUTES"]
