"""Billing's HTTP door; only the gateway comes through it."""

from collections.abc import Mapping

from billing.domain.codes import TooManyTries
from billing.routes import catalogue, credits
from common.errors import Refused

ROUTES = [credits.routes, catalogue.routes]
STATUSES: Mapping[type[Refused], int] = {TooManyTries: 429}

__all__ = ["ROUTES", "STATUSES"]
