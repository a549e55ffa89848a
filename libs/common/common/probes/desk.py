"""Looks when it is time, signs what was found, and tells privacy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import Counter

from common import buckets
from common.contracts.rights import PromiseChecked
from common.database import Database
from common.erasure.statements import sign
from common.errors import NotYet
from common.probes.declared import nothing_undeclared
from common.probes.dump import nothing_readable
from common.probes.faults import faults_are_seen_to
from common.probes.finding import Finding, Found, statement_of
from common.probes.leavers import nobody_who_left
from common.probes.own_keys import has_any, under_own_keys
from common.probes.probe import Look, Probe
from common.probes.schema import own_schema_only
from common.probes.strangers import own_buckets_only, with_its_key
from common.probes.telling import events_leave
from common.probes.transit import tls_only
from common.service import Job, Service, W
from common.work import UnitOfWork

LOOKS = Counter("promise_checks", "What probes found", ["promise", "probe", "state"])
# One that was just taken by another process of the service is not taken again.
_ALMOST = 0.95
# How soon it is tried again what could not be looked at.
_AGAIN = timedelta(seconds=30)

_log = structlog.stdlib.get_logger("common.probes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDesk(Generic[W]):
    """The probes of one service."""

    unit: UnitOfWork[W]
    look: Look
    key: Ed25519PrivateKey
    pace: float = 1.0

    def jobs(self, probes: Sequence[Probe]) -> list[Job]:
        """An appointment for each."""
        return [
            Job(
                name=f"probe {probe.promise} {probe.name}",
                # More often than it looks: one that could not look tries again soon.
                every=min(probe.every(self.pace), _AGAIN),
                run=self._run(probe),
            )
            for probe in probes
        ]

    def take(self, probe: Probe) -> bool:
        """Look at one thing, if nobody of this service just did; says whether it was looked at."""
        if not self._claim(probe):
            return False
        try:
            finding = probe.check(self.look)
        except NotYet:
            # A studio that has just begun: there is nothing to see so far, and nothing wrong with that.
            self._give_back(probe)
            return False
        except Exception:
            self._give_back(probe)
            raise
        self._tell(probe, finding)
        return True

    def _run(self, probe: Probe) -> Callable[[], int]:
        def run() -> int:
            self.take(probe)
            # Never at once again: it looks when it is time.
            return 0

        return run

    def _claim(self, probe: Probe) -> bool:
        with self.unit.open() as opened:
            now = opened.clock.now()
            taken = opened.connection.execute(
                """
                INSERT INTO probe_runs (promise, probe, began_at) VALUES (%(promise)s, %(probe)s, %(now)s)
                    ON CONFLICT (promise, probe) DO UPDATE SET began_at = %(now)s
                 WHERE probe_runs.began_at <= %(before)s OR probe_runs.began_at > %(now)s
                RETURNING true
                """,
                {
                    "promise": probe.promise,
                    "probe": probe.name,
                    "now": now,
                    "before": now - probe.every(self.pace) * _ALMOST,
                },
            ).fetchone()
        return taken is not None

    def _give_back(self, probe: Probe) -> None:
        """It could not look, so the next appointment is not an appointment too early."""
        with self.unit.open() as opened:
            opened.connection.execute(
                "UPDATE probe_runs SET began_at = %s WHERE promise = %s AND probe = %s",
                [opened.clock.now() - probe.every(self.pace), probe.promise, probe.name],
            )

    def _tell(self, probe: Probe, finding: Finding) -> None:
        service = self.unit.service
        with self.unit.open() as opened:
            at = opened.clock.now()
            text = statement_of(finding, promise=probe.promise, probe=probe.name, service=service, at=at)
            opened.outbox.add(
                PromiseChecked(
                    promise=probe.promise,
                    probe=probe.name,
                    service=service,
                    statement=text,
                    signature=sign(self.key, text),
                )
            )
        LOOKS.labels(probe.promise, probe.name, finding.state).inc()
        if finding.state is Found.BROKEN:
            _log.error("promise found broken", promise=probe.promise, probe=probe.name, checked=finding.checked)


def probe_jobs(service: Service[W]) -> list[Job]:
    """What the clock asks of a service for the promises; nothing where it has no role to look with."""
    settings = service.settings
    if settings.probe_database_url is None or settings.receipt_private_key is None:
        return []
    database = Database(settings.probe_database_url.get_secret_value(), application=f"{service.name} probe", max_size=4)
    desk = ProbeDesk(
        unit=service.unit,
        look=Look(database=database, clock=service.unit.clock),
        key=settings.receipt_key,
        pace=settings.probe_pace,
    )
    return desk.jobs(probes_of(service))


def probes_of(service: Service[W]) -> list[Probe]:
    """Its own probes, and those that every service has."""
    knocker = with_its_key(service.settings)
    return [
        *service.probes,
        own_schema_only(service.unit.database, service.name),
        tls_only(service.settings, service.unit.database),
        nothing_readable(service.inventory),
        *([under_own_keys(service.inventory)] if has_any(service.inventory) else []),
        *([own_buckets_only(knocker, service.name)] if knocker and service.name in buckets.READ else []),
        nothing_undeclared(service.inventory, service.migrations),
        nobody_who_left(service.inventory, service.unit.fence),
        events_leave(service.name),
        faults_are_seen_to(service.settings, service.name),
    ]
