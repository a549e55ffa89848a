"""The policy's appointments: versions come out on their day, stay as they were, and reach whom they have to."""

from datetime import datetime, timedelta

import structlog

from common.errors import NotYet
from common.policy import Policies
from common.probes import Finding, Look, Probe
from common.service import Job
from common.work import UnitOfWork
from privacy.domain.policies import OUT_WITHIN, faults
from privacy.repository import Work
from privacy.repository.policies import Policies as Versions
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


def policy_probes(policies: Policies, *, since: datetime) -> list[Probe]:
    """What is looked at by a process that runs since then."""
    name = "what came out stays and was told"
    return [Probe(promise=publishing.N1, name=name, check=lambda look: look_at_policies(look, policies, since=since))]


def look_at_policies(look: Look, policies: Policies, *, since: datetime) -> Finding:
    """Whether every version whose day it is came out, says what it said, and reached whom it had to.

    Raises NotYet where none had the time to come out.
    """
    now = look.clock.now()
    with look.read() as connection:
        out = Versions(connection, look.clock).all()
    settled = now - since >= OUT_WITHIN
    if not out and not settled:
        raise NotYet
    due = [policy.version for policy in policies.by((now - OUT_WITHIN).date())] if settled else []
    wrong = faults(out, written=policies, due=due, now=now)
    entitled, told = (sum(getattr(policy, name) or 0 for policy in out) for name in ("entitled", "told"))
    fine = f"{len(out)} versions are out and say what they said; {told} of {entitled} people have word of what matters."
    return Finding.of(wrong[0] if wrong else fine, broken=bool(wrong), versions=len(out), entitled=entitled, told=told)
