"""Calls back to endpoints of developers: claimed under a lease, made outside of any transaction, settled."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from common.service import Job
from common.work import UnitOfWork
from gateway.domain.webhooks import headers_of
from gateway.ports import Caller
from gateway.repository import WEBHOOK_CHANNEL, Work
from gateway.use_cases import webhooks

log = structlog.get_logger(__name__)
# Endpoints that are slow hold up nobody but themselves, as long as there are fewer of them than that.
AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """Who makes the calls."""

    unit: UnitOfWork[Work]
    caller: Caller

    def call_next(self) -> int:
        """Make one call; 0 when none is due. Killed before it is settled, it is made once more, under the same id."""
        with self.unit.begin() as work:
            errand = work.webhooks.claim()
        if errand is None:
            return 0
        called = self.caller.call(errand.url, headers_of(errand, self.unit.clock.now()), errand.body)
        with self.unit.begin() as work:
            paused = webhooks.settle(work, errand, called)
        log.info("call settled", webhook_id=str(errand.webhook_id), status=called.status, trouble=called.trouble)
        if paused:
            log.warning("webhook paused", webhook_id=str(errand.webhook_id))
        return 1


def calling_jobs(messenger: Messenger) -> list[Job]:
    """What the clock asks of who makes the calls."""
    return [
        Job(
            name="call webhooks",
            every=timedelta(seconds=5),
            run=messenger.call_next,
            channel=WEBHOOK_CHANNEL,
            parallel=AT_ONCE,
        )
    ]
