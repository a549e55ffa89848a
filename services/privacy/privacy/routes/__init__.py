"""Privacy's HTTP door; only the gateway comes through it."""

<<<<<<< HEAD
from privacy.routes import archives, consents, disclosures, requests, retention

ROUTES = [retention.routes, consents.routes, disclosures.routes, requests.routes, archives.routes]
STATUSES = archives.STATUSES
=======
from privacy.routes import consents, disclosures, erasures, requests, retention

ROUTES = [retention.routes, consents.routes, disclosures.routes, requests.routes, erasures.routes]
>>>>>>> main

__all__ = ["ROUTES", "STATUSES"]
