"""Roles, schemas, migrations, queues and buckets for the containers; may be repeated.

    python -m ops.compose.provision CONFIGURATION

The configuration is the JSON file that ops.compose.secrets writes. Waits for the servers.
"""

import json
import ssl
import sys
from pathlib import Path
from typing import Any

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
    for service in SERVICES:
        owner = f"{service}_owner"
        applied = migrate(
            database_url(owner, given["roles"][owner]), SERVICES_FOLDER / service / service / "migrations"
        )
        print(f"{service}: {', '.join(applied) or 'nothing to apply'}")
    until(
        lambda: holds(lambda: declare_all(given["brokers"].__getitem__, ca_file=Path(CA)), ConnectionError),
        "The start of RabbitMQ",
        seconds=START_SECONDS,
    )
    store = _store(given["s3"])
    errors = (MinioException, urllib3.exceptions.HTTPError)
    until(lambda: holds(lambda: _ask(store), *errors), "The start of the object store", seconds=START_SECONDS)
    make_buckets(store, BUCKETS)
    for bucket in lifecycle.set_rules(store, {name: name for name in BUCKETS}):
        print(f"{bucket}: the store takes no rules for what is too old; the services' sweeps alone see to it")


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def _ask(store: Minio) -> None:
    store.list_buckets()


def _store(secret_key: str) -> Minio:
    pool = urllib3.PoolManager(ssl_context=ssl.create_default_context(cafile=CA), retries=False, timeout=10)
    return Minio("seaweedfs:8333", object_access.ADMINISTRATOR, secret_key, region=REGION, http_client=pool)


if __name__ == "__main__":
    prepare(json.loads(Path(sys.argv[1]).read_text()))
