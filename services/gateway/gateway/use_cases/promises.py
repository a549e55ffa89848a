"""What operators have to know at once."""

from collections.abc import Sequence

import structlog
from prometheus_client import Counter

from common.contracts.rights import PromiseBroken
from gateway.domain.alarms import AT_ONCE, Alarm
from gateway.repository import Work

log = structlog.get_logger(__name__)
BROKEN = Counter("gateway_promises_broken", "Promises of the policy that were found broken", ["promise"])


def tell_operators(work: Work, event: PromiseBroken) -> None:
    """A probe found a promise broken: an alarm in the log, a number to alert on, and a mail."""
    BROKEN.labels(event.promise).inc()
    log.error("promise broken", promise=event.promise, detail=event.detail, noticed_at=event.noticed_at.isoformat())
    work.alarms.add(event.promise, event.detail, noticed_at=event.noticed_at)


def read_untold(work: Work) -> list[Alarm]:
    """What operators were not told yet."""
    return work.alarms.untold(limit=AT_ONCE)


def note_told(work: Work, alarms: Sequence[Alarm]) -> None:
    """They were told of these, or there is nobody to tell."""
    work.alarms.mark_told([alarm.id for alarm in alarms])
