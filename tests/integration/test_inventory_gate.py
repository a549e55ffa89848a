"""The law of personal data, enforced: what the five services store and what they declare are the same."""

import os
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Protocol

import psycopg
import pytest
from minio import Minio

from common.inventory import Inventory
from common.inventory.gate import bucket_gaps, gaps, queue_gaps
from ops import broker_access
from ops.broker_topology import declare_all
from ops.services import SERVICES
from tests.fixtures.rabbitmq import Management
from tests.fixtures.servers import Servers


class S3(Protocol):
    """What this test needs of the fixture `s3`; `buckets` maps the studio's names to this run's."""

    client: Minio
    buckets: Mapping[str, str]


@pytest.fixture
def virtual_host(management: Management) -> Iterator[str]:
    """One of its own: what other tests leave in theirs is not the studio's."""
    name = f"gate-{os.getpid()}"
    management.put(f"vhosts/{name}", {})
    for service in SERVICES:
        management.put(f"permissions/{name}/{service}", broker_access.permissions(service))
    yield name
    management.delete(f"vhosts/{name}")


def inventory_of(service: str) -> Inventory:
    inventory: Inventory = import_module(f"{service}.inventory").INVENTORY
    return inventory


@pytest.mark.parametrize("service", SERVICES)
def test_every_column_a_service_stores_is_declared_and_every_declared_one_exists(
    service: str, service_database: Callable[[str], str]
) -> None:
    with psycopg.connect(service_database(service)) as connection:
        assert gaps(inventory_of(service), connection) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_declares_the_common_tables_and_its_own(service: str) -> None:
    inventory = inventory_of(service)
    assert {"outbox", "inbox", "migrations"} <= {table.name for table in inventory.tables}
    assert len(inventory.tables) > 3
    assert inventory.service == service


def test_every_object_in_the_store_lies_under_a_declared_prefix(s3: S3) -> None:
    live = {
        name: [found.object_name or "" for found in s3.client.list_objects(bucket, recursive=True)]
        for name, bucket in s3.buckets.items()
    }
    assert bucket_gaps([inventory_of(service) for service in SERVICES], live) == []


def test_every_queue_at_the_broker_is_declared_and_every_declared_one_exists(
    servers: Servers, management: Management, virtual_host: str
) -> None:
    declare_all(lambda service: servers.broker_url(service, virtual_host), ca_file=servers.ca_file)
    live = [queue["name"] for queue in management.get(f"queues/{virtual_host}")]
    assert queue_gaps([inventory_of(service) for service in SERVICES], live) == []
