"""What the Job in Kubernetes does, on servers that somebody else runs: roles, queues, and last the migrations."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from common.migrations import missing
from ops import broker_access
from ops.compose.provision import prepare
from ops.embedded.site import PROJECT
from ops.provision import everybody
from ops.services import SERVICES
from tests.fixtures.rabbitmq import Management
from tests.fixtures.servers import Servers


@pytest.fixture
def virtual_host(management: Management) -> Iterator[str]:
    """One for this test, where services may do what they may."""
    name = f"provisioning-{os.getpid()}"
    management.put(f"vhosts/{name}", {})
    for service in SERVICES:
        management.put(f"permissions/{name}/{service}", broker_access.permissions(service))
    yield name
    management.delete(f"vhosts/{name}")


@pytest.fixture
def told(servers: Servers, empty_database: str, virtual_host: str) -> dict[str, Any]:
    """The configuration, with the passwords that these servers know already."""
    name = urlsplit(empty_database).path.lstrip("/")
    urls = {role: servers.postgres_url(role, name) for role in everybody(SERVICES)}
    passwords = {role: urlsplit(url).password or "" for role, url in urls.items()}
    owner = "billing_owner"
    return {
        "admin": empty_database,
        "roles": passwords,
        "owner": urls[owner].replace(f"{owner}:{passwords[owner]}@", "{role}:{password}@"),
        "brokers": {service: servers.broker_url(service, virtual_host) for service in SERVICES},
        "ca": str(servers.ca_file),
        # Who keeps the store has made the buckets.
        "s3": None,
    }


def test_whoever_waits_for_the_schema_finds_everything_and_a_second_time_changes_nothing(
    told: dict[str, Any],
    servers: Servers,
    management: Management,
    virtual_host: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = urlsplit(str(told["admin"])).path.lstrip("/")
    prepare(told)
    queues = {queue["name"] for queue in management.get(f"queues/{virtual_host}")}
    assert {f"{service}.events" for service in SERVICES} <= queues
    for service in SERVICES:
        folder = Path(str(import_module(service).__file__)).parent / "migrations"
        assert folder.is_relative_to(PROJECT)
        with psycopg.connect(servers.postgres_url(service, name)) as connection:
            assert missing(connection, folder) == []
    capsys.readouterr()
    prepare(told)
    assert capsys.readouterr().out.splitlines() == [f"{service}: nothing to apply" for service in SERVICES]
