"""What every service does for the rights of people, without asking for it: being forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Event as Pause
from typing import Any, Generic

import psycopg
import structlog

from common.backoff import jittered
from common.contracts import Event
from common.erasure import door
from common.erasure.eraser import Eraser
from common.erasure.journal import Journal
from common.erasure.nowhere import NOWHERE
from common.erasure.replay import NotErasedAgain, Replay
from common.errors import Unavailable
from common.service import Job, Service, W
from common.subscriptions import Beside

_log = structlog.stdlib.get_logger("common.rights")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights(Generic[W]):
    """What is added to a service's own doors."""

    subscriptions: Mapping[type[Event], Beside[W]] = field(default_factory=dict[type[Event], Beside[Any]])
    jobs: Sequence[Job] = ()


def rights_of(service: Service[W]) -> Rights[W]:
    """What a service listens to and does when somebody leaves; nothing for one that knows no fence."""
    fence = service.unit.fence
    if fence is None:
        return Rights()
    journal = Journal(service.store, service.name) if service.store else None
    eraser = Eraser(service, fence, journal, service.store or NOWHERE)
    return Rights(subscriptions=door.subscriptions(service, fence), jobs=[eraser.job()])


def forget_again(service: Service[W]) -> None:
    """Before the doors open: erase again whoever left after the backup that was put back.

    Waits, if need be for long, until database and journal can be read: nobody may be served before.
    """
    fence = service.unit.fence
    if fence is None or service.store is None:
        return
    journal = Journal(service.store, service.name)
    eraser = Eraser(service, fence, journal, service.store, again=True)
    replay = Replay(service=service, fence=fence, journal=journal, eraser=eraser)
    for attempt in count():
        try:
            replay.run()
        except (Unavailable, psycopg.OperationalError, NotErasedAgain) as error:
            _log.warning("not serving yet: who left cannot be known", error=type(error).__name__)
            Pause().wait(jittered(attempt, first=0.25, longest=5))
        else:
            return
