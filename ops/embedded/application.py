"""The five services as programs of the stack: migrate, then a web and a worker process each."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import urllib3

from common.migrations import migrate
from ops.embedded.environments import Environments
from ops.embedded.postgres import Postgres
from ops.embedded.programs import Program, with_environment
from ops.embedded.site import PROJECT, Site
from ops.embedded.waiting import side_by_side
from ops.services import CANARY, SERVICES

# How many hours lie between two audits.
AUDIT_HOURS = 24


class Application:
    """Ten programs: the web and the worker role of each service."""

    def __init__(self, site: Site, postgres: Postgres, environments: Environments) -> None:
        self._site = site
        self._postgres = postgres
        self._environments = environments

    def programs(self) -> list[Program]:
        """All of them; their order is of no importance."""
        return [self._program(service, role) for service in SERVICES for role in ("web", "worker")]

    def auditor(self) -> Program:
        """Audits the stack on a schedule; no part of the studio, which runs without it."""
        endpoints = str(self._site.directory / "endpoints.json")
        command = (sys.executable, "-m", "ops.audit", "--endpoints", endpoints, "--every", str(AUDIT_HOURS))
        return Program(name="audit", command=command, folder=PROJECT)

    def canary(self) -> Program:
        """A person who is made up, and lives a life as often as her probes are due (ops.canary)."""
        environment = self._environments.file(CANARY)
        command = with_environment(environment, sys.executable, "-m", "ops.canary", "--again")
        return Program(name=CANARY, command=command, folder=PROJECT)

    def migrate(self) -> None:
        """Bring every schema up to date, side by side."""
        side_by_side(partial(migrate, self._postgres.url(f"{name}_owner"), _migrations(name)) for name in SERVICES)

    def probes(self) -> Iterator[tuple[str, str]]:
        """Each program's name, and the address that answers 200 once it is ready."""
        for service in SERVICES:
            yield f"{service}-web", f"{self._environments.address(service)}/readyz"
            yield f"{service}-worker", f"{self._environments.address(f'{service}-worker-metrics')}/readyz"

    def is_ready(self, address: str) -> bool:
        """Whether a probe answers 200."""
        with urllib3.PoolManager(ca_certs=str(self._site.ca), retries=False, timeout=5) as http:
            try:
                return http.request("GET", address).status == 200
            except urllib3.exceptions.HTTPError:
                return False

    def _program(self, service: str, role: str) -> Program:
        environment = self._environments.file(service)
        return Program(
            name=f"{service}-{role}",
            command=with_environment(environment, sys.executable, "-m", service, role),
            folder=PROJECT,
            stop_seconds=20,
        )


def _migrations(service: str) -> Path:
    return PROJECT / "services" / service / service / "migrations"
