"""What every service does without asking for it: forget what is past its declared period, dead letters included."""

from datetime import timedelta

import psycopg
import structlog
from prometheus_client import Counter

from common.dead_letter_sweep import DeadLetterSweep
from common.inventory import Inventory
from common.inventory.expiring import BATCH, ends_by_age, forget_expired, put_right
from common.service import Job, Service, W
from common.work import UnitOfWork

FORGOTTEN = Counter("retention_forgotten_rows", "Rows deleted because their declared period was over", ["table"])
PUT_RIGHT = Counter("retention_rows_from_the_future", "Rows written by a clock that ran ahead, put right", ["table"])

_log = structlog.stdlib.get_logger("common.upkeep")


def upkeep(service: Service[W]) -> list[Job]:
    """The jobs a service has without asking for them."""
    often = timedelta(minutes=10)
    return [
        Job(name="forget what is over", every=often, run=lambda: forget(service.unit, service.inventory), sweep=True),
        *(
            [Job(name="forget dead letters", every=often, run=letters_of(service).run, sweep=True)]
            if _listens(service)
            else []
        ),
    ]


def forget(unit: UnitOfWork[W], inventory: Inventory, *, limit: int = BATCH) -> int:
    """Delete rows past their period, at most `limit` of each table; returns how many.

    Each table for itself: one that cannot be swept keeps no other waiting, and is raised at the end.
    """
    forgotten, failures = 0, list[psycopg.Error]()
    for table in filter(ends_by_age, inventory.tables):
        try:
            forgotten += _forget_of(unit, Inventory(inventory.service, table), limit)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            _log.exception("a table cannot be swept", table=table.name)
            failures.append(error)
    if failures:
        raise failures[0]
    return forgotten


def _forget_of(unit: UnitOfWork[W], one: Inventory, limit: int) -> int:
    with unit.database.begin() as connection:
        ahead = put_right(connection, one, unit.clock.now(), limit=limit)
        forgotten = forget_expired(connection, one, unit.clock.now(), limit=limit)
    for table, count in ahead.items():
        PUT_RIGHT.labels(table).inc(count)
    for table, count in forgotten.items():
        FORGOTTEN.labels(table).inc(count)
    return sum(forgotten.values())


def letters_of(service: Service[W]) -> DeadLetterSweep:
    """Who looks through a service's dead letters."""
    return DeadLetterSweep(
        service=service.name,
        broker_url=service.settings.broker_url.get_secret_value(),
        ca_file=service.settings.ca_file,
        database=service.unit.database,
        clock=service.unit.clock,
        fence=service.unit.fence,
    )


def _listens(service: Service[W]) -> bool:
    """Only who takes events has letters that died."""
    return bool(service.subscriptions) or service.unit.fence is not None
