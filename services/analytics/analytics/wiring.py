"""Analytics, put together. Reads like a table of contents; opens nothing."""

from pathlib import Path
from uuid import UUID

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.domain.money import read_costs
from analytics.domain.noise import Budget
from analytics.inventory import INVENTORY
from analytics.jobs import (
    DEVICE_PROBES,
    HOUR_PROBES,
    PROBES,
    anonymising_jobs,
    report_jobs,
    tidying_jobs,
)
from analytics.repository import Work
from analytics.routes import reports, statistics, usage
from analytics.settings import Settings
from analytics.subscribers import subscriptions
from common import dead_letter_door, record_door
from common.database import Database
from common.parts import Sources, export_jobs
from common.parts.opening import store_of
from common.probes.nobody import counts_nobody
from common.probes.retention import retention_probes
from common.service import Service
from common.settings import load
from common.work import UnitOfWork

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="analytics")
    unit = UnitOfWork(service="analytics", database=database, build=Work, fence=settings.fence)
    pseudonyms = Pseudonyms(settings.pseudonym_key_bytes)

    def names_of(user_id: UUID) -> list[bytes]:
        with unit.begin() as work:
            return use_cases.names_of(work, user_id, pseudonyms=pseudonyms)

    store = store_of(settings)
    sources = Sources(database=database, inventory=INVENTORY, pseudonyms=names_of)
    return Service(
        settings=settings,
        unit=unit,
        migrations=MIGRATIONS,
        inventory=INVENTORY,
        blueprints=[usage.routes, reports.routes, statistics.routes, record_door.routes, dead_letter_door.routes],
        ports=[pseudonyms, read_costs(settings.picture_costs)],
        subscriptions=subscriptions(pseudonyms),
        jobs=[
            *tidying_jobs(unit),
            *anonymising_jobs(unit),
            *report_jobs(unit, budget=Budget.parse(settings.published_epsilon)),
            *export_jobs(unit, sources, store, settings.export_keys),
        ],
        probes=[
            *PROBES,
            *DEVICE_PROBES,
            *HOUR_PROBES,
            *retention_probes(INVENTORY, promise="K4"),
            counts_nobody(INVENTORY),
        ],
        pseudonyms=names_of,
        store=store,
    )
