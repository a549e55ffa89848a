"""Billing, put together. Reads like a table of contents; opens nothing."""

from pathlib import Path

from billing.adapters.pdf import PdfPrinter
from billing.adapters.transfers import Clerk, TransferProvider
from billing.inventory import INVENTORY
from billing.jobs import jobs
from billing.repository import Papers, Work, rooms
from billing.routes import ROUTES
from billing.settings import Settings
from billing.subscribers import subscriptions
from billing.use_cases import transfers
from common.database import Database
from common.sealing import Keyring, Sealer
from common.service import Service
from common.settings import load
from common.work import UnitOfWork


def by_transfer(unit: UnitOfWork[Work]) -> TransferProvider[Work]:
    """Bank transfers; offered where the settings name a bank account."""
    clerk = Clerk(
        open_order=transfers.open_order,
        see=transfers.see,
        changes_since=transfers.changes_since,
        refund=transfers.refund,
        cancel=transfers.cancel,
    )
    return TransferProvider(unit, clerk)


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="billing")
    papers = Papers(sealer=Sealer(Keyring.parse(settings.sealing_keys.get_secret_value())), terms=settings.terms)
    unit = UnitOfWork(service="billing", database=database, build=rooms(papers))
    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=ROUTES,
        ports=[PdfPrinter()],
        subscriptions=subscriptions(trial_credits=settings.trial_credits),
        jobs=jobs(unit),
        checks={"database": database.check},
    )
