"""The toy's composition root."""

import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

from common.database import Database
from common.inventory import Inventory
from common.service import Job, Service
from common.settings import ServiceSettings, load
from common.work import UnitOfWork
from tests.fakes.toy import routes
from tests.fakes.toy.rooms import Gate, Work


class ToySettings(ServiceSettings):
    """The shared settings and the gate's port."""

    gate_port: int = 0


def build() -> Service[Work]:
    """The toy, wired and closed."""
    settings = load(ToySettings)
    return assemble(settings)


def assemble(settings: ToySettings) -> Service[Work]:
    """The toy with these settings; no job without a gate."""
    unit = UnitOfWork(
        service="toy",
        database=Database(settings.database_url.get_secret_value(), application="toy", patience_seconds=1),
        build=lambda connection, outbox, clock: Work(connection=connection, outbox=outbox, clock=clock),
    )
    gate = Gate(port=settings.gate_port)
    jobs = [Job(name="mark", every=timedelta(hours=1), run=marking(unit, gate))] if settings.gate_port else []
    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=Inventory(service="toy"),
        blueprints=[routes.public, routes.private],
        statuses=routes.STATUSES,
        jobs=jobs,
        ports=[gate],
        commands={"knock": partial(knock, unit)},
    )


def knock(unit: UnitOfWork[Work]) -> None:
    """Leave a mark, and say so."""
    with unit.begin() as work:
        work.leave("knock")
    sys.stdout.write("knocked\n")


def marking(unit: UnitOfWork[Work], gate: Gate):
    """A job that says it is here, waits until it may go on, and leaves a mark; once."""
    done = Event()

    def mark() -> int:
        if done.is_set():
            return 0
        gate.wait("job")
        with unit.begin() as work:
            work.leave("job")
        done.set()
        return 1

    return mark
