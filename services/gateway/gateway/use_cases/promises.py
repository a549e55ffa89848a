"""What operators have to know at once."""

import structlog
from prometheus_client import Counter

from common.contracts.rights import PromiseBroken
from gateway.repository import Work

log = structlog.get_logger(__name__)
BROKEN = Counter("gateway_promises_broken", "Promises of the policy that were found broken", ["promise"])


def tell_operators(_work: Work, event: PromiseBroken) -> None:
    """A probe found a promise broken: an alarm in the log, and a number to alert on."""
    BROKEN.labels(event.promise).inc()
    log.error("promise broken", promise=event.promise, detail=event.detail, noticed_at=event.noticed_at.isoformat())
