"""Privacy's HTTP door; only the gateway comes through it."""

from privacy.routes import consents, disclosures, retention

ROUTES = [retention.routes, consents.routes, disclosures.routes]

__all__ = ["ROUTES"]
