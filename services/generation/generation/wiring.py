"""Generation, put together. Reads like a table of contents; opens nothing."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.sealing import Keyring, Sealer
from common.service import Service
from common.settings import SettingsRefused, load, variable
from common.storage import ObjectStore
from common.work import UnitOfWork
from generation.adapters.catalogue import read_catalogue
from generation.adapters.finishing import Conversions, Finisher, Signatures, Unfit
from generation.adapters.objects import FIGURINES, UPLOADS, S3Models, S3Photos, S3Pictures
from generation.adapters.relief.maker import ReliefMaker
from generation.adapters.seals import Seals
from generation.adapters.studio.engine import StudioEngine
from generation.adapters.studio.looker import Looker
from generation.adapters.studio.render import STYLES
from generation.commands import commands
from generation.domain import GEMINI, STUDIO, Limits, Painters, as_painted
from generation.inventory import INVENTORY
from generation.jobs import (
    ModelBench,
    QualityWatch,
    Workshop,
    jobs,
    model_jobs,
    note_unknown_calls,
    quality_jobs,
)
from generation.ports import ImageEngine
from generation.repository import Work
from generation.routes import ROUTES, STATUSES, Catalogue, ModelDesk, QualityDesk
from generation.settings import Settings
from generation.subscribers import subscriptions


def build(settings: Settings | None = None, *, engine: ImageEngine | None = None) -> Service[Work]:
    """The service; `engine` replaces those from the settings, under the name of the studio's."""
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
    engines = {STUDIO: engine} if engine else engines_of(settings, partial(note_unknown_calls, unit))
    styles = as_painted(read_catalogue(), {STUDIO: STYLES})
    painters = Painters(styles=styles, available=frozenset(engines), limits=_limits(settings))
    signatures = read_signatures(settings)
    workshop = Workshop(
        unit=unit,
        engines=engines,
        painters=painters,
        photos=S3Photos(store, Sealer(Keyring.parse(settings.upload_keys.get_secret_value()))),
        pictures=pictures,
        finish=Finisher(signatures),
        lease=timedelta(seconds=settings.lease_seconds),
    )
    looker = Looker()
    maker = ReliefMaker(workers=settings.model_makers)
    watch = QualityWatch(unit=unit, least_people=settings.quality_least_people)
    bench = ModelBench(unit=unit, maker=maker, models=models, pictures=pictures, makers=settings.model_makers)

    def close() -> None:
        looker.close()
        maker.close()
        for each in engines.values():
            each.close()

    return Service(
        settings=settings,
        unit=unit,
        migrations=Path(__file__).parent / "migrations",
        inventory=INVENTORY,
        blueprints=ROUTES,
        statuses=STATUSES,
        ports=[
            pictures,
            Seals(sealer),
            Catalogue(styles, engines=painters.available),
            painters,
            Conversions(signatures),
            signatures,
            ModelDesk(store=models, in_the_making=settings.models_per_person),
            looker,
            QualityDesk(least_people=settings.quality_least_people),
        ],
        subscriptions=subscriptions(styles),
        jobs=[*jobs(workshop), *model_jobs(bench), *quality_jobs(watch)],
        commands=commands(unit, least_people=settings.quality_least_people),
        checks={
            "database": database.check,
            "uploads": lambda: store.check(UPLOADS),
            "figurines": lambda: store.check(FIGURINES),
        },
        close=close,
    )


def engines_of(settings: Settings, unknown: Callable[[UUID, int], None]) -> Mapping[str, ImageEngine]:
    """The studio engine, and Gemini beside it where there is a key."""
    engines: dict[str, ImageEngine] = {STUDIO: StudioEngine(workers=settings.renderers)}
    if settings.gemini_api_key is not None:
        # Half a second and 50 MB, which only who has a key should pay for.
        from generation.adapters.gemini.engine import GeminiEngine  # noqa: PLC0415

        engines[GEMINI] = GeminiEngine(
            api_key=settings.gemini_api_key.get_secret_value(),
            models=settings.gemini_models,
            base_url=settings.gemini_base_url,
            # Google proves its name to everybody; an address of one's own may do so with one's own authority.
            ca_file=settings.ca_file if settings.gemini_base_url else None,
            deadline=settings.gemini_deadline_seconds,
            max_concurrent=settings.gemini_concurrency,
            unknown_beside_pictures=unknown,
        )
    return engines


def _limits(settings: Settings) -> Limits:
    return Limits(
        person=settings.person_concurrency,
        renderers=settings.renderers,
        partners={GEMINI: settings.gemini_concurrency},
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
