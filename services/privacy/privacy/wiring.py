"""Privacy, put together. Reads like a table of contents; opens nothing."""

from datetime import timedelta
from pathlib import Path

from common import record_door
from common.database import Database
from common.service import Service
from common.settings import load
from common.work import UnitOfWork
from privacy.inventory import INVENTORY
from privacy.jobs import jobs
from privacy.ports import Terms
from privacy.repository import Work
from privacy.routes import ROUTES
from privacy.settings import Settings
from privacy.subscribers import SUBSCRIPTIONS

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="privacy")
    unit = UnitOfWork(service="privacy", database=database, build=Work)
    return Service(
        settings=settings,
        unit=unit,
        migrations=MIGRATIONS,
        inventory=INVENTORY,
        blueprints=[*ROUTES, record_door.routes],
        ports=[Terms(think_again=timedelta(hours=settings.erasure_cooling_off_hours))],
        subscriptions=SUBSCRIPTIONS,
        jobs=jobs(unit),
    )
