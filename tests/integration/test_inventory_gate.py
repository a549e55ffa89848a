"""The law of personal data, enforced: what the five services store and what they declare are the same."""

import ssl
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

import httpx2
import psycopg
import pytest
from minio import Minio

from common.broker import Broker
from common.inventory import Inventory
from common.inventory.gate import bucket_gaps, gaps, queue_gaps
from common.topology import topology

SERVICES = ("gateway", "generation", "billing", "privacy", "analytics")


class S3(Protocol):
    """What this test needs of the fixture `s3`; `buckets` maps the studio's names to this run's."""

    client: Minio
    buckets: Mapping[str, str]


class RabbitMQ(Protocol):
    """What this test needs of the fixture `rabbitmq`: a virtual host of its own."""

    url: str
    management: str
    ca_file: Path


def inventory_of(service: str) -> Inventory:
    inventory: Inventory = import_module(f"{service}.inventory").INVENTORY
    return inventory


def listen_once(service: str, rabbitmq: RabbitMQ) -> None:
    """Declare what the service's consumer declares, and leave."""
    broker = Broker(rabbitmq.url, ca_file=rabbitmq.ca_file, name=service, topology=topology(service, ["gate.tested"]))
    broker.run(on_ready=broker.close, on_lost=lambda: None)


def live_queues(rabbitmq: RabbitMQ) -> list[str]:
    """The names of the queues, from the broker's management interface."""
    virtual_host = quote(urlsplit(rabbitmq.url).path.removeprefix("/") or "/", safe="")
    with httpx2.Client(verify=ssl.create_default_context(cafile=rabbitmq.ca_file)) as client:
        answer = client.get(f"{rabbitmq.management}/api/queues/{virtual_host}")
    return [queue["name"] for queue in answer.raise_for_status().json()]


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


def test_every_queue_at_the_broker_is_declared_and_every_declared_one_exists(rabbitmq: RabbitMQ) -> None:
    for service in SERVICES:
        listen_once(service, rabbitmq)
    assert queue_gaps([inventory_of(service) for service in SERVICES], live_queues(rabbitmq)) == []
