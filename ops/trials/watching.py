"""A Prometheus of one studio on this machine, asked as its dashboards and alerts ask."""

import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack
from ops.embedded.waiting import until
from ops.observability.alerts import RULES

_SECONDS = 60
# Short, so that a trial need not wait: alerts look at windows of minutes, which this does not change.
_EVERY = "5s"


class PrometheusMissing(Exception):
    """There is no Prometheus on this machine; Debian's package `prometheus` brings one."""


class Prometheus:
    """A running one."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.Client(base_url=address, trust_env=False, timeout=30)

    def ask(self, query: str) -> list[dict[str, Any]]:
        """What it finds now: samples, each with its labels."""
        answer = self._client.get("/api/v1/query", params={"query": query}).raise_for_status().json()
        found = answer["data"]["result"]
        return found if answer["data"]["resultType"] == "vector" else [{"metric": {}, "value": found}]

    def is_up(self) -> bool:
        """Whether it has seen every process of the studio."""
        try:
            return len(self.ask('up{job="figurine"} == 1')) == len(self.ask('up{job="figurine"}')) > 0
        except httpx2.HTTPError:
            return False

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


@contextmanager
def watched(stack: Stack, program: str | None) -> Generator[Prometheus]:
    """Every process of this studio is asked every few seconds. Raises PrometheusMissing."""
    found = program or shutil.which("prometheus")
    if found is None:
        raise PrometheusMissing
    folder = Path(tempfile.mkdtemp(prefix="prometheus-", dir=stack.site.directory))
    # JSON is YAML.
    (folder / "prometheus.yml").write_text(json.dumps(_configuration(stack)))
    listen = f"127.0.0.1:{_free_port()}"
    command = [found, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address={listen}"], stdout=log, stderr=log)
    prometheus = Prometheus(f"http://{listen}")
    try:
        until(prometheus.is_up, "Prometheus' look at every process", seconds=_SECONDS)
        yield prometheus
    finally:
        prometheus.close()
        process.terminate()
        process.wait()


def _configuration(stack: Stack) -> dict[str, object]:
    services: dict[str, dict[str, str]] = stack.endpoints["services"]
    return {
        "global": {"scrape_interval": _EVERY, "evaluation_interval": _EVERY},
        "rule_files": [str(PROJECT / RULES / "*.yml")],
        "scrape_configs": [
            {
                "job_name": "figurine",
                "scheme": "https",
                "tls_config": {"ca_file": str(stack.site.ca)},
                "static_configs": [
                    {"targets": [_host(addresses[key])], "labels": {"service": service, "role": role}}
                    for service, addresses in services.items()
                    for key, role in (("metrics", "web"), ("worker_metrics", "worker"))
                ],
            }
        ],
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _host(address: str) -> str:
    return httpx2.URL(address).netloc.decode()
