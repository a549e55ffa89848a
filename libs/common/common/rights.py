"""What every service does for the rights of people, without asking for it: being forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from common.contracts import Event
from common.erasure import door
from common.erasure.eraser import Eraser
from common.erasure.journal import Journal
from common.erasure.nowhere import NOWHERE
from common.service import Job, Service, W
from common.subscriptions import Beside


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
