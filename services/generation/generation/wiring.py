"""Generation, put together. Reads like a table of contents; opens nothing."""

from datetime import timedelta
from pathlib import Path

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.sealing import Keyring, Sealer
from common.service import Service
from common.settings import SettingsRefused, load, variable
from common.storage import ObjectStore
from common.work import UnitOfWork
from generation.adapters.catalogue import read_catalogue
from generation.adapters.finishing import Conversions, Finisher, Signatures, Unfit
from generation.adapters.objects import FIGURINES, UPLOADS, S3Photos, S3Pictures
from generation.adapters.studio.engine import StudioEngine
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
    styles = read_catalogue()
    signatures = read_signatures(settings)
    workshop = Workshop(
        unit=unit,
        engine=engine,
        photos=S3Photos(store, Sealer(Keyring.parse(settings.upload_keys.get_secret_value()))),
        pictures=pictures,
        finish=Finisher(signatures),
        lease=timedelta(seconds=settings.lease_seconds),
    )
    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=ROUTES,
        statuses=STATUSES,
        ports=[pictures, Catalogue(styles, renderers=settings.renderers), Conversions(signatures), signatures],
        subscriptions=subscriptions(styles),
        jobs=jobs(workshop, renderers=settings.renderers),
        checks={
            "database": database.check,
            "uploads": lambda: store.check(UPLOADS),
            "figurines": lambda: store.check(FIGURINES),
        },
        close=engine.close,
    )


def read_signatures(settings: Settings) -> Signatures:
    """What pictures are signed with. Raises SettingsRefused for a certificate that no signature is believed of."""
    try:
        return Signatures.read(
            chain=settings.provenance_cert,
            key=settings.provenance_key,
            anchors=settings.provenance_anchors,
            now=SYSTEM_CLOCK.now(),
        )
    except (Unfit, OSError) as error:
        message = f"{variable('provenance_cert')} and {variable('provenance_key')} cannot sign pictures: {error}"
        raise SettingsRefused(message) from error
