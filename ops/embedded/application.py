"""The five services as programs of the stack: migrate, then a web and a worker process each."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import urllib3

from ops.embedded.environments import Environments
from ops.embedded.failures import StackFailed
from ops.embedded.programs import Program
from ops.embedded.site import PROJECT, Site
from ops.services import SERVICES

_MIGRATION_SECONDS = 60
# The file is read by the shell that then becomes the program; no secret is on a command line.
_WITH_ENVIRONMENT = 'set -a; . "$0"; set +a; exec "$@"'


class Application:
    """Ten programs: the web and the worker role of each service."""

    def __init__(self, site: Site, environments: Environments) -> None:
        self._site = site
        self._environments = environments

    def programs(self) -> list[Program]:
        """All of them; their order is of no importance."""
        return [self._program(service, role) for service in SERVICES for role in ("web", "worker")]

    def migrate(self) -> None:
        """Bring every schema up to date, side by side."""
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
            list(threads.map(self._migrate, SERVICES))

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
        environment = str(self._environments.file(service))
        return Program(
            name=f"{service}-{role}",
            command=("/bin/sh", "-c", _WITH_ENVIRONMENT, environment, sys.executable, "-m", service, role),
            folder=PROJECT,
            stop_seconds=20,
        )

    def _migrate(self, service: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", service, "migrate"],
            env={**os.environ, **self._environments.for_migration(service)},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=_MIGRATION_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            message = f"The migrations of {service} failed:\n{done.stdout}{done.stderr}".rstrip()
            raise StackFailed(message)
