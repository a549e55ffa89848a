"""Privacy's HTTP door; only the gateway comes through it."""

from privacy.routes import (
    archives,
    audits,
    consents,
    desk,
    disclosures,
    erasures,
    policies,
    promises,
    requests,
    retention,
)

ROUTES = [
    retention.routes,
    consents.routes,
    disclosures.routes,
    requests.routes,
    archives.routes,
    erasures.routes,
    audits.routes,
    audits.filing,
    promises.routes,
    desk.routes,
    policies.routes,
]
STATUSES = archives.STATUSES

__all__ = ["ROUTES", "STATUSES"]
