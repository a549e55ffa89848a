"""Where the running stack is, as its `endpoints.json` says."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ops.demo.failures import DemoFailed

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses the demo needs, and their file; `management` is RabbitMQ's page, without its password."""

    path: Path
    gateway: str
    ca: Path
    mail: Path
    management: str


def read(directory: Path) -> Endpoints:
    """The endpoints of the stack in this directory. Raises DemoFailed when there is none."""
    path = directory / "endpoints.json"
    if not path.exists():
        message = f"There is no {path}: the studio is not running. Start it with `make up`, then try again."
        raise DemoFailed(message)
    given = json.loads(path.read_text())
    return Endpoints(
        path=path,
        gateway=given["gateway"],
        ca=PROJECT / given["ca"],
        mail=PROJECT / given["mail"],
        management=_without_password(given["rabbitmq"]["management"]),
    )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
