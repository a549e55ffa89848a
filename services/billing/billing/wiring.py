"""Billing, put together. Reads like a table of contents; opens nothing."""

import base64
import binascii
from datetime import timedelta
from functools import partial
from pathlib import Path

from billing.adapters.catalogue import read_catalogues
from billing.inventory import INVENTORY
from billing.jobs import jobs
from billing.repository import Work
from billing.routes import ROUTES, STATUSES
from billing.settings import Settings
from billing.subscribers import subscriptions
from common.database import Database
from common.service import Service
from common.settings import SettingsRefused, load, variable
from common.work import UnitOfWork

KEY_BYTES = 32


def build(settings: Settings | None = None) -> Service[Work]:
    """The service."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="billing")
    unit = UnitOfWork(service="billing", database=database, build=partial(Work, code_key=_code_key(settings)))
    catalogues = read_catalogues()
    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=ROUTES,
        statuses=STATUSES,
        ports=[catalogues],
        subscriptions=subscriptions(trial_credits=settings.trial_credits, catalogues=catalogues),
        jobs=jobs(unit, stale_after=timedelta(hours=settings.stale_hold_hours)),
        checks={"database": database.check},
    )


def _code_key(settings: Settings) -> bytes | None:
    if settings.code_key is None:
        return None
    try:
        key = base64.b64decode(settings.code_key.get_secret_value(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        message = f"{variable('code_key')} is {KEY_BYTES} bytes in base64"
        raise SettingsRefused(message)
    return key
