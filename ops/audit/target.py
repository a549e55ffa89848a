"""What is audited: a source tree, a running stack, or both, as far as they can be seen from here.

Target.seen_from(root=…, endpoints=…)    what is not there is None; asking for it raises NotExamined
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

PROJECT = Path(__file__).parents[2]
# https://google.github.io/osv.dev/post-v1-querybatch/
OSV = "https://api.osv.dev"

Protocol: TypeAlias = Literal["https", "amqps", "postgresql", "smtps", "smtp"]
_DOORS: Mapping[str, str] = {"url": "", "metrics": "metrics", "worker_metrics": "worker metrics"}
_PORTS: Mapping[str, int] = {"https": 443, "amqps": 5671, "postgresql": 5432, "smtps": 465, "smtp": 587}


class NotExamined(Exception):
    """This cannot be looked at from here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where somebody listens, and what is spoken there inside TLS."""

    name: str
    protocol: Protocol
    host: str
    port: int

    @classmethod
    def at(cls, name: str, url: str) -> "Listener":
        """The listener an address leads to."""
        parts = urlsplit(url)
        protocol: Any = parts.scheme
        return cls(name=name, protocol=protocol, host=parts.hostname or "", port=parts.port or _PORTS[parts.scheme])

    def __str__(self) -> str:
        """As a person finds it."""
        return f"{self.name} ({self.host}:{self.port})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The object store, for whoever may look into every bucket; without keys for a stranger."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str
    buckets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """A running stack, by what its `endpoints.json` says. Paths in it count from `base`."""

    said: Mapping[str, Any] = field(repr=False)
    base: Path

    @classmethod
    def read(cls, file: Path, base: Path) -> "Running":
        """The stack a file tells of."""
        return cls(json.loads(file.read_text()), base)

    @property
    def gateway(self) -> str:
        """The public door."""
        return str(self.said["gateway"])

    @property
    def ca(self) -> Path | None:
        """What certificates are checked against; None for the machine's own authorities."""
        return self._path(self.said.get("ca"))

    @property
    def audit(self) -> Mapping[str, Any]:
        """What the auditor is given of its own."""
        return self.said.get("audit", {})

    @property
    def database(self) -> str:
        """An address in the database for somebody who may look at who may do what."""
        found = self.audit.get("database") or self.said.get("postgres", {}).get("admin")
        return str(self._needed(found, "no address of the database is known here"))

    @property
    def store(self) -> Store:
        """The object store."""
        given = self._needed(self.said.get("s3"), "no address of the object store is known here")
        return Store(
            endpoint=given["endpoint"],
            access_key=given.get("access_key", ""),
            secret_key=given.get("secret_key", ""),
            region=given["region"],
            buckets=tuple(given["buckets"]),
        )

    @property
    def ports(self) -> Mapping[str, int]:
        """Every port of the stack, those included that are nobody's business but its own."""
        found = self._needed(self._path(self.audit.get("ports")), "the inner ports are not known here")
        return json.loads(found.read_text())

    def environment(self, service: str) -> Mapping[str, str]:
        """The settings of a service, by its variables. Nothing of it may ever be printed."""
        folder = self._needed(self._path(self.audit.get("environments")), "the services' settings are not to be seen")
        return dict(_assignments(folder / f"{service}.env"))

    def listeners(self) -> list[Listener]:
        """Everybody who listens, once."""
        seen: dict[tuple[str, int], Listener] = {}
        for name, url in self._addresses():
            listener = Listener.at(name, url)
            seen.setdefault((listener.host, listener.port), listener)
        return list(seen.values())

    def _addresses(self) -> Iterator[tuple[str, str]]:
        said = self.said
        broker, database = said.get("rabbitmq", {}), said.get("postgres", {})
        servers = {
            "gateway": self.gateway,
            "rabbitmq": broker.get("url"),
            "rabbitmq management": broker.get("management"),
            "postgres": self.audit.get("database") or database.get("admin"),
            "object store": said.get("s3", {}).get("endpoint"),
            "mail": said.get("smtp"),
            **{f"emulated {partner}": url for partner, url in said.get("emulators", {}).items()},
        }
        yield from ((name, url) for name, url in servers.items() if url)
        for service, doors in said.get("services", {}).items():
            yield from ((f"{service} {_DOORS[door]}".strip(), url) for door, url in doors.items())

    def _path(self, given: object) -> Path | None:
        return None if given is None else self.base / str(given)

    @staticmethod
    def _needed(found: Any, why: str) -> Any:
        if found is None:
            raise NotExamined(why)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is audited. `by_hand`: somebody waits for it, so that it may also act as a visitor who opens an account."""

    root: Path | None = None
    services: Path | None = None
    stack: Running | None = None
    by_hand: bool = False
    feed: str = OSV

    @property
    def tree(self) -> Path:
        """The source tree with its history. Raises NotExamined where the program runs without it."""
        if self.root is None:
            raise NotExamined("the source tree is not here")
        return self.root

    @property
    def code(self) -> Path:
        """The folder with the code of the services. Raises NotExamined."""
        if self.services is None:
            raise NotExamined("the code of the services is not here")
        return self.services

    @property
    def running(self) -> Running:
        """The running stack. Raises NotExamined where there is none."""
        if self.stack is None:
            raise NotExamined("the studio is not running")
        return self.stack


def seen_from_here(endpoints: Path | None, *, base: Path = PROJECT, by_hand: bool, feed: str = OSV) -> Target:
    """What can be seen from where this program runs."""
    services = base / "services"
    return Target(
        root=base if (base / ".git").exists() else None,
        services=services if services.is_dir() else None,
        stack=Running.read(endpoints, base) if endpoints is not None and endpoints.exists() else None,
        by_hand=by_hand,
        feed=feed,
    )


def _assignments(file: Path) -> Iterator[tuple[str, str]]:
    """The variables of a file that a shell can read; values may have several lines."""
    for word in shlex.split(file.read_text(), comments=True):
        name, _, value = word.partition("=")
        yield name, value
