"""What makes a service, in one record: its doors, its rooms, its declarations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask import Blueprint

from common.erasure.leaving import Leaving
from common.errors import Refused
from common.inventory import Inventory
from common.probes.probe import Probe
from common.settings import ServiceSettings
from common.storage import ObjectStore
from common.subscriptions import Subscriptions
from common.work import UnitOfWork

W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work the clock asks for: runs every so often, and at once when its channel is notified.

    `run` returns how many things it did; it is called again at once while that is not zero.
    A `sweep` destroys what is over, by the clock: it rests while the clocks disagree, and it is noticed
    when it does not run any more (`common.sweeps`).
    """

    name: str
    every: timedelta
    run: Callable[[], int]
    channel: str | None = None
    parallel: int = 1
    sweep: bool = False


# Something an operator asks of a service from a shell; it prints its answer.
Command = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[W]):
    """A service as `process` runs it. Building one opens nothing."""

    settings: ServiceSettings
    unit: UnitOfWork[W]
    migrations: Path
    inventory: Inventory
    blueprints: Sequence[Blueprint] = ()
    # The HTTP status of the service's own refusals, where their root's does not fit.
    statuses: Mapping[type[Refused], int] = field(default_factory=dict[type[Refused], int])
    # How many proxies before it are believed when they say where a request comes from; without any, nobody is.
    proxies: int = 0
    # Bytes of a request body; a route that takes more says so for itself.
    max_body_bytes: int = 1024 * 1024
    # How people authenticate at this service's public routes, as OpenAPI security schemes.
    security_schemes: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    # What it has to say about its routes, beside what each says itself: given the OpenAPI document to complete.
    describe: Callable[[dict[str, Any]], None] = lambda _: None
    # What routes may ask for by type, besides the unit of work.
    ports: Sequence[object] = ()
    subscriptions: Subscriptions[W] = field(default_factory=dict[type, Callable[[W, object], None]])
    jobs: Sequence[Job] = ()
    # What it looks at to see whether the promises are kept.
    probes: Sequence[Probe] = ()
    # What must answer before traffic may come, by the name shown in /readyz.
    checks: Mapping[str, Callable[[], None]] = field(default_factory=dict[str, Callable[[], None]])
    # The names under which the service knows a person besides her user id.
    pseudonyms: Callable[[UUID], Sequence[bytes]] = lambda _: ()
    # What it does of its own when somebody leaves, and where its objects and the journal of those who left lie.
    leaving: Leaving[W] = field(default_factory=Leaving)
    store: ObjectStore | None = None
    # What an operator may run beside the roles, by the word on the command line.
    commands: Mapping[str, Command] = field(default_factory=dict[str, Command])
    close: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        """The import name, the schema, the prefix of the queues."""
        return self.unit.service
