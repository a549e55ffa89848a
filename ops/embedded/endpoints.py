"""`endpoints.json`: every address, certificate and credential of a running stack, for tools and people."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from ops import object_access, provision
from ops.embedded import files
from ops.embedded.environments import AUDIT_KEY, Environments
from ops.embedded.postgres import Postgres
from ops.embedded.rabbitmq import RabbitMQ
from ops.embedded.seaweedfs import REGION, SeaweedFS
from ops.embedded.site import PROJECT, Site
from ops.services import BUCKETS, SERVICES


def write(
    site: Site,
    environments: Environments,
    postgres: Postgres,
    rabbitmq: RabbitMQ,
    seaweedfs: SeaweedFS,
    *,
    emulators: Mapping[str, str],
) -> Path:
    """Write the file, and return where it is."""
    path = site.directory / "endpoints.json"
    contents: dict[str, object] = {
        "gateway": environments.address("gateway"),
        "ca": _relative(site.ca),
        "mail": _relative(site.mail),
        "services": {service: _service(environments, service) for service in SERVICES},
        "postgres": {"admin": postgres.admin_url(), **{service: postgres.url(service) for service in SERVICES}},
        "rabbitmq": {"url": rabbitmq.admin_url(), "management": rabbitmq.management_url()},
        "s3": _store(seaweedfs),
        "smtp": f"smtps://localhost:{site.ports['smtps']}",
        "emulators": dict(emulators),
        "audit": _audit(site, postgres),
    }
    files.write(path, json.dumps(contents, indent=2) + "\n")
    return path


def _service(environments: Environments, service: str) -> dict[str, str]:
    return {
        "url": environments.address(service),
        "metrics": f"{environments.address(f'{service}-metrics')}/metrics",
        "worker_metrics": f"{environments.address(f'{service}-worker-metrics')}/metrics",
    }


def _audit(site: Site, postgres: Postgres) -> dict[str, str]:
    """What the auditor signs with and looks with, and where it finds what only it reads."""
    return {
        "key": site.secrets.signing_key(AUDIT_KEY),
        "database": postgres.url(provision.AUDITOR),
        "environments": _relative(site.environments),
        "ports": _relative(site.ports_file),
    }


def _store(seaweedfs: SeaweedFS) -> dict[str, object]:
    administrator = object_access.ADMINISTRATOR
    return {
        "endpoint": seaweedfs.endpoint,
        "access_key": administrator,
        "secret_key": seaweedfs.secret_key(administrator),
        "region": REGION,
        "buckets": list(BUCKETS),
    }


def _relative(path: Path) -> str:
    return os.path.relpath(path, PROJECT)
