"""Roles, schemas, queues, buckets and migrations for the containers; may be repeated.

    python -m ops.compose.provision CONFIGURATION

The configuration is the JSON file that ops.compose.secrets writes, or ops.kubernetes. Waits for the servers. Migrations
come last: whoever waits for the schema (`python -m billing await`) finds all the rest.
"""

import json
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import urllib3
from minio import Minio
from minio.error import MinioException

from common.migrations import migrate
from ops import lifecycle, object_access, provision
from ops.broker_topology import declare_all
from ops.compose.secrets import CA, database_url
from ops.embedded.seaweedfs import REGION, make_buckets
from ops.embedded.waiting import holds, until
from ops.services import BUCKETS, SERVICES

SERVICES_FOLDER = Path(__file__).parents[2] / "services"
START_SECONDS = 60


def prepare(given: dict[str, Any]) -> None:
    """Make what the services expect to find."""
    until(
        lambda: holds(lambda: _connect(given["admin"]).close(), psycopg.OperationalError),
        "The start of Postgres",
        seconds=START_SECONDS,
    )
    with _connect(given["admin"]) as connection:
        provision.create_roles(connection, given["roles"])
        provision.divide(connection)
    ca = Path(given.get("ca", CA))
    until(
        lambda: holds(lambda: declare_all(given["brokers"].__getitem__, ca_file=ca), ConnectionError),
        "The start of RabbitMQ",
        seconds=START_SECONDS,
    )
    # Where somebody else keeps the store and its keys, somebody else makes the buckets.
    if given["s3"] is not None:
        _make_buckets(_store(given["s3"], given.get("store", "https://seaweedfs:8333"), ca))
    _migrate(given["roles"], given.get("owner", database_url("{role}", "{password}")))


def _migrate(passwords: dict[str, str], address: str) -> None:
    for service in SERVICES:
        owner = f"{service}_owner"
        url = address.format(role=owner, password=passwords[owner])
        applied = migrate(url, SERVICES_FOLDER / service / service / "migrations")
        print(f"{service}: {', '.join(applied) or 'nothing to apply'}")


def _make_buckets(store: Minio) -> None:
    errors = (MinioException, urllib3.exceptions.HTTPError)
    until(lambda: holds(lambda: _ask(store), *errors), "The start of the object store", seconds=START_SECONDS)
    make_buckets(store, BUCKETS)
    for bucket in lifecycle.set_rules(store, {name: name for name in BUCKETS}):
        print(f"{bucket}: the store takes no rules for what is too old; the services' sweeps alone see to it")


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def _ask(store: Minio) -> None:
    store.list_buckets()


def _store(secret_key: str, endpoint: str, ca: Path) -> Minio:
    pool = urllib3.PoolManager(ssl_context=ssl.create_default_context(cafile=ca), retries=False, timeout=10)
    host = urlsplit(endpoint).netloc
    return Minio(host, object_access.ADMINISTRATOR, secret_key, region=REGION, http_client=pool)


if __name__ == "__main__":
    prepare(json.loads(Path(sys.argv[1]).read_text()))
