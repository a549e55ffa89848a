"""What operators have to know at once."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from prometheus_client import Counter

from common.contracts.analytics import AnomalyDetected, AnomalyEnded
from common.contracts.rights import PromiseBroken
from gateway.domain.alarms import AT_ONCE, Alarm, AlarmKind
from gateway.repository import Work

log = structlog.get_logger(__name__)
BROKEN = Counter("gateway_promises_broken", "Promises of the policy that were found broken", ["promise"])
UNUSUAL = Counter("gateway_anomalies", "Rates that were found far from usual", ["rate"])


def tell_operators(work: Work, event: PromiseBroken) -> None:
    """A probe found a promise broken: an alarm in the log, a number to alert on, and a mail."""
    BROKEN.labels(event.promise).inc()
    log.error("promise broken", promise=event.promise, detail=event.detail, noticed_at=event.noticed_at.isoformat())
    work.alarms.add(event.promise, event.detail, noticed_at=event.noticed_at)


def tell_unusual(work: Work, event: AnomalyDetected) -> None:
    """Something is far from usual: an alarm in the log, a number to alert on, and a mail."""
    UNUSUAL.labels(event.rate).inc()
    log.warning("anomaly detected", rate=event.rate, part=event.part, detail=event.detail, since=_at(event.since))
    work.alarms.add(_named(event), event.detail, noticed_at=event.since, kind=AlarmKind.ANOMALY)


def tell_usual_again(work: Work, event: AnomalyEnded) -> None:
    """What was unusual no longer is."""
    log.info("anomaly ended", rate=event.rate, part=event.part, detail=event.detail, since=_at(event.since))
    work.alarms.add(_named(event), event.detail, noticed_at=event.until, kind=AlarmKind.ANOMALY_ENDED)


def read_untold(work: Work) -> list[Alarm]:
    """What operators were not told yet."""
    return work.alarms.untold(limit=AT_ONCE)


def note_told(work: Work, alarms: Sequence[Alarm]) -> None:
    """They were told of these, or there is nobody to tell."""
    work.alarms.mark_told([alarm.id for alarm in alarms])


def _named(event: AnomalyDetected | AnomalyEnded) -> str:
    return f"{event.rate} ({event.part})" if event.part else event.rate


def _at(moment: datetime) -> str:
    return moment.isoformat()
