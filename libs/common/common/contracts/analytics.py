"""What analytics publishes."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from common.contracts.base import Event


class AnomalyDetected(Event):
    """A rate is far from what it usually is at this hour of the week.

    `rate` is what is watched and `part` of which part of it, as an engine; `since` is the first hour that was far.
    `value` is what that hour brought and `expected` what it should have, of the rate's own measure. `detail` says it in
    a sentence for operators. The gateway publishes it too, of what only it can see: `accounts_opened_together` counts
    accounts that were opened on one day from one neighbourhood of addresses, and does not say which.
    """

    type: ClassVar[str] = "anomaly.detected"

    anomaly_id: UUID
    rate: str
    part: str = ""
    since: datetime
    expected: float
    value: float
    detail: str


class AnomalyEnded(Event):
    """What was told with the same id is over, since the hour `until`."""

    type: ClassVar[str] = "anomaly.ended"

    anomaly_id: UUID
    rate: str
    part: str = ""
    since: datetime
    until: datetime
    detail: str


EVENTS: tuple[type[Event], ...] = (AnomalyDetected, AnomalyEnded)
