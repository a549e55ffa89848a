"""Generation, put together. Reads like a table of contents; opens nothing."""

from datetime import timedelta
from pathlib import Path

from common.database import Database
from common.sealing import Keyring, Sealer
from common.service import Service
from common.settings import load
from common.storage import ObjectStore
from common.work import UnitOfWork
from generation.adapters.catalogue import read_catalogue
from generation.adapters.objects import FIGURINES, UPLOADS, S3Photos, S3Pictures
from generation.adapters.resizing import resize
from generation.adapters.studio.engine import StudioEngine
from generation.adapters.studio.render import STYLES
from generation.domain import as_painted
from generation.inventory import INVENTORY
from generation.jobs import Workshop, jobs
from generation.ports import ImageEngine
from generation.repository import Work
from generation.routes import ROUTES, STATUSES, Catalogue
from generation.settings import Settings
from generation.subscribers import subscriptions


def build(settings: Settings | None = None, *, engine: ImageEngine | None = None) -> Service[Work]:
    """The service; `engine` replaces the one from the settings."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="generation")
    unit = UnitOfWork(service="generation", database=database, build=Work)
    store = ObjectStore(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        ca_file=settings.ca_file,
    )
    pictures = S3Pictures(store, Sealer(Keyring.parse(settings.sealing_keys.get_secret_value())))
    engine = engine or StudioEngine(workers=settings.renderers)
    styles = as_painted(read_catalogue(), {"studio": STYLES})
    workshop = Workshop(
        unit=unit,
        engine=engine,
        photos=S3Photos(store, Sealer(Keyring.parse(settings.upload_keys.get_secret_value()))),
        pictures=pictures,
        resize=resize,
        lease=timedelta(seconds=settings.lease_seconds),
        styles=styles,
    )
    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=ROUTES,
        statuses=STATUSES,
        ports=[pictures, Catalogue(styles, renderers=settings.renderers, engines=frozenset({"studio"}))],
        subscriptions=subscriptions(styles),
        jobs=jobs(workshop, renderers=settings.renderers),
        checks={
            "database": database.check,
            "uploads": lambda: store.check(UPLOADS),
            "figurines": lambda: store.check(FIGURINES),
        },
        close=engine.close,
    )
