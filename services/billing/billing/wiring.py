"""Billing, put together. Reads like a table of contents; opens nothing."""

from pathlib import Path

from billing.inventory import INVENTORY
from billing.jobs import jobs
from billing.repository import Work
from billing.routes import ROUTES
from billing.settings import Settings
from billing.subscribers import subscriptions
from common import record_door
from common.database import Database
from common.service import Service
from common.settings import load
from common.work import UnitOfWork


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="billing")
    unit = UnitOfWork(service="billing", database=database, build=Work)
    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=[*ROUTES, record_door.routes],
        subscriptions=subscriptions(trial_credits=settings.trial_credits),
        jobs=jobs(unit),
        checks={"database": database.check},
    )
