"""Generation, put together. Reads like a table of contents; opens nothing."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from common import dead_letter_door, record_door
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.erasure import Leaving
from common.parts import Sources, export_jobs
from common.person_keys import PersonKeys, key_jobs, rewrap_command
from common.probes import Probe
from common.probes.strangers import store_probes
from common.sealing import Keyring
from common.service import Service
from common.settings import SettingsRefused, load, variable
from common.storage import ObjectStore
from common.work import UnitOfWork
from generation.adapters.catalogue import read_catalogue
from generation.adapters.finishing import Conversions, Finisher, Signatures, Unfit
from generation.adapters.objects import FIGURINES, PHOTOS, UPLOADS, S3Models, S3Photos, S3Pictures, S3SavedPhotos
from generation.adapters.prints import develop
from generation.adapters.relief.maker import ReliefMaker
from generation.adapters.studio.engine import StudioEngine
from generation.adapters.studio.looker import Looker
from generation.adapters.studio.render import STYLES
from generation.commands import commands
from generation.domain import GEMINI, STUDIO, Limits, Painters, as_painted
from generation.inventory import INVENTORY
from generation.jobs import (
    Album,
    ModelBench,
    PostDesk,
    QualityWatch,
    Resealer,
    Workshop,
    album_jobs,
    jobs,
    keys_of,
    model_jobs,
    note_unknown_calls,
    post_jobs,
    quality_jobs,
    resealing_jobs,
)
from generation.jobs.kept import kept_probes
from generation.jobs.partners_seen import partner_probes
from generation.jobs.photos_seen import PhotoWatch
from generation.jobs.probes import probes
from generation.ports import ImageEngine, OffersBatches
from generation.repository import Work
from generation.routes import ROUTES, STATUSES, Catalogue, ModelDesk, QualityDesk, Shelf
from generation.settings import Settings
from generation.subscribers import subscriptions
from generation.use_cases import leaving


def build(settings: Settings | None = None, *, engine: ImageEngine | None = None) -> Service[Work]:
    """The service; `engine` replaces those from the settings, under the name of the studio's."""
    settings = settings or load(Settings)
    database = Database(settings.database_url.get_secret_value(), application="generation")
    keys = PersonKeys(_keyring(settings.sealing_keys), fence=settings.fence)
    upload_keys = _keyring(settings.upload_keys)
    rooms = partial(Work, keys=keys, upload_keys=upload_keys)
    unit = UnitOfWork(service="generation", database=database, build=rooms, fence=settings.fence)
    store = ObjectStore(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        ca_file=settings.ca_file,
    )
    sealer = keys.sealer_of(database, unit.clock)
    uploads = S3Photos(store, keys.sealer_of(database, unit.clock, keyring=upload_keys))
    pictures, models, saved = S3Pictures(store, sealer), S3Models(store, sealer), S3SavedPhotos(store, sealer)
    engines = {STUDIO: engine} if engine else engines_of(settings, partial(note_unknown_calls, unit))
    styles = as_painted(read_catalogue(), {STUDIO: STYLES})
    batches = {name: each.batches for name, each in engines.items() if isinstance(each, OffersBatches)}
    painters = Painters(
        styles=styles,
        available=frozenset(engines),
        limits=_limits(settings),
        batches=frozenset(batches),
        tiers={GEMINI: settings.gemini_key_tier or ""},
    )
    signatures = read_signatures(settings)
    workshop = Workshop(
        unit=unit,
        engines=engines,
        painters=painters,
        photos=uploads,
        pictures=pictures,
        finish=Finisher(signatures),
        lease=timedelta(seconds=settings.lease_seconds),
    )
    looker = Looker()
    desks = [
        PostDesk(unit=unit, name=name, engine=each, painters=painters, bench=workshop) for name, each in batches.items()
    ]
    maker = ReliefMaker(workers=settings.model_makers)
    resealer = Resealer(unit=unit, figurines=pictures, photos=saved)

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
        blueprints=[*ROUTES, record_door.routes, dead_letter_door.routes],
        statuses=STATUSES,
        ports=[
            pictures,
            Catalogue(styles, engines=painters.available, batches=painters.batches),
            painters,
            Conversions(signatures),
            signatures,
            ModelDesk(store=models, in_the_making=settings.models_per_person),
            Shelf(store=saved, limit=settings.saved_photos_per_person),
            looker,
            QualityDesk(least_people=settings.quality_least_people),
        ],
        subscriptions=subscriptions(styles, saved_photos=settings.saved_photos_per_person),
        jobs=[
            *jobs(workshop),
            *model_jobs(
                ModelBench(unit=unit, maker=maker, models=models, pictures=pictures, makers=settings.model_makers)
            ),
            *album_jobs(Album(unit=unit, uploads=uploads, store=saved, develop=develop)),
            *quality_jobs(QualityWatch(unit=unit, least_people=settings.quality_least_people)),
            *key_jobs(unit, INVENTORY, keys),
            *resealing_jobs(resealer),
            *(job for each in desks for job in post_jobs(each)),
            *export_jobs(
                unit,
                Sources(
                    database=database,
                    inventory=INVENTORY,
                    open_value=lambda sealed, owner, place: sealer.open(sealed, owner=owner, purpose=place),
                    shelves={
                        UPLOADS: uploads.shelf(partial(keys_of, unit)),
                        FIGURINES: pictures.shelf(),
                        PHOTOS: saved.shelf(),
                    },
                ),
                store,
                settings.export_keys,
            ),
        ],
        probes=[
            *probes(uploads),
            *kept_probes(pictures, INVENTORY, settings.fence),
            Probe(promise="C2", name="no photo outlives its figurine", check=PhotoWatch(store=store).look),
            *partner_probes(settings.gemini_models, connected=GEMINI in engines),
            *store_probes(settings, store, INVENTORY),
        ],
        commands={
            **commands(unit, least_people=settings.quality_least_people),
            "rewrap": rewrap_command(unit, INVENTORY, keys, objects=resealer),
        },
        leaving=Leaving(begin=leaving.end_work, settled=leaving.is_settled),
        store=store,
        checks={
            "database": database.check,
            "uploads": lambda: store.check(UPLOADS),
            "figurines": lambda: store.check(FIGURINES),
            "photos": lambda: store.check(PHOTOS),
        },
        close=close,
    )


def _keyring(keys: SecretStr) -> Keyring:
    return Keyring.parse(keys.get_secret_value())


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
            batch_pictures=settings.gemini_batch_pictures,
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
