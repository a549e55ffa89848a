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
from generation.adapters.objects import FIGURINES, UPLOADS, S3Models, S3Photos, S3Pictures
from generation.adapters.relief.maker import ReliefMaker
from generation.adapters.resizing import resize
from generation.adapters.studio.engine import StudioEngine
from generation.inventory import INVENTORY
from generation.jobs import ModelBench, Workshop, jobs, model_jobs
from generation.ports import ImageEngine
from generation.repository import Work
from generation.routes import ROUTES, STATUSES, Catalogue, ModelDesk
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
    sealer = Sealer(Keyring.parse(settings.sealing_keys.get_secret_value()))
    pictures, models = S3Pictures(store, sealer), S3Models(store, sealer)
    engine = engine or StudioEngine(workers=settings.renderers)
    styles = read_catalogue()
    workshop = Workshop(
        unit=unit,
        engine=engine,
        photos=S3Photos(store, Sealer(Keyring.parse(settings.upload_keys.get_secret_value()))),
        pictures=pictures,
        resize=resize,
        lease=timedelta(seconds=settings.lease_seconds),
    )
    maker = ReliefMaker(workers=settings.model_makers)
    bench = ModelBench(unit=unit, maker=maker, models=models, pictures=pictures, makers=settings.model_makers)

    def close() -> None:
        maker.close()
        engine.close()

    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=ROUTES,
        statuses=STATUSES,
        ports=[
            pictures,
            Catalogue(styles, renderers=settings.renderers),
            ModelDesk(store=models, in_the_making=settings.models_per_person),
        ],
        subscriptions=subscriptions(styles),
        jobs=[*jobs(workshop, renderers=settings.renderers), *model_jobs(bench)],
        checks={
            "database": database.check,
            "uploads": lambda: store.check(UPLOADS),
            "figurines": lambda: store.check(FIGURINES),
        },
        close=close,
    )
