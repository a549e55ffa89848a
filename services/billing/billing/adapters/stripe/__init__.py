"""Stripe as a payment provider: cards and plans, through its hosted pages only; card numbers never come here."""

from .provider import StripeProvider

__all__ = ["StripeProvider"]
