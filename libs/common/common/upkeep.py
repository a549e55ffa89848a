"""What every service does for its own tables: forget what is past its declared period."""

from datetime import timedelta

from prometheus_client import Counter

from common.inventory import Inventory
from common.inventory.expiring import BATCH, forget_expired
from common.service import Job, Service, W
from common.work import UnitOfWork

FORGOTTEN = Counter("retention_forgotten_rows", "Rows deleted because their declared period was over", ["table"])


def upkeep(service: Service[W]) -> list[Job]:
    """The jobs a service has without asking for them."""
    return [
        Job(
            name="forget what is over", every=timedelta(minutes=10), run=lambda: forget(service.unit, service.inventory)
        )
    ]


def forget(unit: UnitOfWork[W], inventory: Inventory, *, limit: int = BATCH) -> int:
    """Delete rows past their period, at most `limit` of each table; returns how many."""
    with unit.database.begin() as connection:
        forgotten = forget_expired(connection, inventory, unit.clock.now(), limit=limit)
    for table, count in forgotten.items():
        FORGOTTEN.labels(table).inc(count)
    return sum(forgotten.values())
