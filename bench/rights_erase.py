"""One person erased from generation, in a process of its own, as a worker is."""

import time
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from bench.rights_task import Task
from common.clock import Clock
from common.database import Connection, Database
from common.erasure import Fence
from common.erasure.eraser import Eraser
from common.erasure.journal import Journal
from common.erasure.records import Erasures
from common.erasure.tombstones import Tombstones
from common.outbox import Outbox
from common.service import Service
from common.settings import ServiceSettings
from common.work import UnitOfWork
from generation.inventory import INVENTORY
from ops.embedded.secrets import new_signing_key

FENCE = Fence(b"bench" * 6 + b"--")


class _NoRooms:
    def __init__(self, _connection: Connection, _outbox: Outbox, _clock: Clock) -> None:
        pass


def erase(task: Task) -> float:
    """Seconds from the fence to the answer. Raises AssertionError where anything was left."""
    database, store = Database(task.postgres, application="bench"), task.store()
    unit = UnitOfWork(service="generation", database=database, build=_NoRooms, fence=FENCE)
    settings = ServiceSettings(
        mode="local",
        database_url=SecretStr(task.postgres),
        broker_url=SecretStr("amqp://unused"),
        token_public_key="unused",
        receipt_private_key=SecretStr(new_signing_key()),
    )
    service = Service(settings=settings, unit=unit, migrations=Path(), inventory=INVENTORY, store=store)
    user_id, request_id = UUID(task.user_id), UUID(task.request_id)
    with unit.open() as opened:
        Tombstones(opened.connection).add(FENCE.mark(user_id), request_id, at=opened.clock.now())
        Erasures(opened.connection, opened.clock, "generation").begin(request_id, user_id)
    began = time.perf_counter()
    Eraser(service, FENCE, Journal(store, "generation"), store).run()
    seconds = time.perf_counter() - began
    with unit.open() as opened:
        over = Erasures(opened.connection, opened.clock, "generation").find(request_id)
    assert over is not None
    assert over.statement is not None
    database.close()
    return seconds
