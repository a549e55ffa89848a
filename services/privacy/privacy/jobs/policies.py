"""The policy's appointments: versions come out on their day, and stay as they were."""

from datetime import timedelta

import structlog

from common.policy import Policies
from common.service import Job
from common.work import UnitOfWork
from privacy.repository import Work
from privacy.use_cases import publishing

log = structlog.get_logger(__name__)


def publish_policies(unit: UnitOfWork[Work], policies: Policies) -> int:
    """Let versions come out whose day it is, and notice one that was changed afterwards."""
    with unit.begin() as work:
        came_out = publishing.publish_due(work, policies)
        altered = publishing.report_altered(work, policies)
    if came_out:
        log.info("policy published", versions=came_out)
    if altered:
        log.error("promise broken", promise=publishing.N1, versions=altered)
    return 0


def policy_jobs(unit: UnitOfWork[Work], policies: Policies) -> list[Job]:
    """What the clock asks for; the first time is when the process starts."""
    return [
        Job(name="publish policies", every=timedelta(minutes=1), run=lambda: publish_policies(unit, policies)),
    ]
