"""Privacy, put together. Reads like a table of contents; opens nothing."""

from datetime import timedelta
from pathlib import Path

from common import record_door
from common.database import Database
from common.erasure import Leaving
from common.parts.opening import store_of
from common.service import Service
from common.settings import load
from common.work import UnitOfWork
from privacy.inventory import INVENTORY
from privacy.jobs import jobs
from privacy.ports import ReceiptKeys, Terms
from privacy.repository import Work
from privacy.routes import ROUTES
from privacy.settings import Settings
from privacy.subscribers import subscriptions
from privacy.use_cases import erasures

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="privacy")
    unit = UnitOfWork(service="privacy", database=database, build=Work, fence=settings.fence)
    receipt_keys = receipt_keys_of(settings)
    return Service(
        settings=settings,
        unit=unit,
        migrations=MIGRATIONS,
        inventory=INVENTORY,
        blueprints=[*ROUTES, record_door.routes],
        ports=[
            Terms(think_again=timedelta(hours=settings.erasure_cooling_off_hours)),
            *([receipt_keys] if receipt_keys else []),
        ],
        subscriptions=subscriptions(receipt_keys),
        jobs=jobs(unit),
        leaving=Leaving(settled=erasures.others_are_done, out_of_reach=erasures.out_of_reach),
        store=store_of(settings),
    )


def receipt_keys_of(settings: Settings) -> ReceiptKeys | None:
    """What receipts are signed and checked with; None where nobody can be erased."""
    if settings.receipt_private_key is None or settings.receipt_public_keys is None:
        return None
    return ReceiptKeys(private=settings.receipt_key, public=settings.receipt_public_keys)
