"""Privacy's HTTP door; only the gateway comes through it."""

from privacy.routes import consents, disclosures, erasures, requests, retention

ROUTES = [retention.routes, consents.routes, disclosures.routes, requests.routes, erasures.routes]

__all__ = ["ROUTES"]
