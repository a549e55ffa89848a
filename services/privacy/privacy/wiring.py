"""Privacy, put together. Reads like a table of contents; opens nothing."""

from datetime import timedelta
from pathlib import Path

from common import record_door
from common.database import Database
from common.parts import Sources, export_bucket, export_jobs
from common.parts.opening import store_of
from common.service import Service
from common.settings import load
from common.work import UnitOfWork
from privacy.adapters.archive import ArchiveShelf, Assembler
from privacy.inventory import INVENTORY
from privacy.jobs import jobs
from privacy.jobs.archives import ArchiveDesk
from privacy.ports import Terms
from privacy.repository import Work
from privacy.routes import ROUTES, STATUSES
from privacy.settings import Settings
from privacy.subscribers import SUBSCRIPTIONS

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="privacy")
    unit = UnitOfWork(service="privacy", database=database, build=Work)
    store, keys = store_of(settings), settings.export_keys
    sealed = None if store is None or keys is None else export_bucket(store, keys)
    shelf = ArchiveShelf(store, sealed) if store and sealed else None
    desk = ArchiveDesk(unit=unit, maker=Assembler(sealed), store=shelf) if sealed and shelf else None
    return Service(
        settings=settings,
        unit=unit,
        migrations=MIGRATIONS,
        inventory=INVENTORY,
        blueprints=[*ROUTES, record_door.routes],
        statuses=STATUSES,
        ports=[
            Terms(think_again=timedelta(hours=settings.erasure_cooling_off_hours)),
            *([shelf] if shelf else ()),
        ],
        subscriptions=SUBSCRIPTIONS,
        jobs=[
            *jobs(unit, desk),
            *export_jobs(unit, Sources(database=database, inventory=INVENTORY), store, keys),
        ],
    )
