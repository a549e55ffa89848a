"""Privacy's HTTP door; only the gateway comes through it."""

from privacy.routes import consents, disclosures, requests, retention

ROUTES = [retention.routes, consents.routes, disclosures.routes, requests.routes]

__all__ = ["ROUTES"]
