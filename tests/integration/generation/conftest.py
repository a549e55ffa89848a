"""Generation on real Postgres and a real S3 store."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from flask.testing import FlaskClient
from minio import Minio

from common.clock import SYSTEM_CLOCK, MovableClock
from common.database import Database
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer
from common.service import Service
from common.storage import ObjectStore
from common.web import create_app
from common.work import UnitOfWork
from gateway.adapters.uploads import S3Uploads
from generation.adapters.finishing import Finisher, Signatures
from generation.adapters.objects import S3Photos, S3Pictures, S3SavedPhotos
from generation.adapters.prints import develop
from generation.domain import STUDIO, Painters
from generation.jobs import Album, Workshop
from generation.ports import PictureStore
from generation.repository import Work
from generation.wiring import build
from tests.fakes.engine import FakeEngine
from tests.fakes.leftovers import clear
from tests.fixtures.signing import SigningFiles
from tests.integration.generation.doors import Ask, Counted, asking, settings_of
from tests.integration.generation.shop import CATALOGUE, Shop

UPLOAD_KEYS = Keyring({1: b"u" * 32}, current=1)
KEYS = PersonKeys(Keyring({1: b"f" * 32}, current=1))
LEASE = timedelta(seconds=20)


class S3(Protocol):
    """What these tests need of the fixture `s3`."""

    client: Minio
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


@pytest.fixture(scope="session")
def generation_dsn(service_database: Callable[[str], str]) -> str:
    return service_database("generation")


@pytest.fixture(scope="session")
def generation_database(generation_dsn: str) -> Iterator[Database]:
    database = Database(generation_dsn, application="test")
    yield database
    database.close()


@pytest.fixture(scope="session")
def object_store(s3: S3) -> ObjectStore:
    return ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)


@pytest.fixture(scope="session")
def sealer(generation_database: Database) -> Sealer:
    """Seals files of people."""
    return KEYS.sealer_of(generation_database, SYSTEM_CLOCK)


@pytest.fixture(scope="session")
def pictures(object_store: ObjectStore, s3: S3, sealer: Sealer) -> S3Pictures:
    return S3Pictures(object_store, sealer, bucket=s3.buckets["figurines"])


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def unit(generation_database: Database, clock: MovableClock) -> Iterator[UnitOfWork[Work]]:
    """Generation with nothing to do, before the test and after it."""
    clear("generation", generation_database)
    rooms = partial(Work, keys=KEYS, upload_keys=UPLOAD_KEYS)
    yield UnitOfWork(service="generation", database=generation_database, build=rooms, clock=clock)
    clear("generation", generation_database)


@pytest.fixture
def shop(
    unit: UnitOfWork[Work],
    clock: MovableClock,
    object_store: ObjectStore,
    pictures: S3Pictures,
    s3: S3,
    *,
    signatures: Signatures,
    sealer: Sealer,
) -> Shop:
    engine = FakeEngine()
    opening = KEYS.sealer_of(unit.database, clock, keyring=UPLOAD_KEYS)
    photos = S3Photos(object_store, opening, bucket=s3.buckets["uploads"])
    return Shop(
        unit=unit,
        clock=clock,
        engine=engine,
        uploads=S3Uploads(object_store, Sealer(UPLOAD_KEYS), bucket=s3.buckets["uploads"]),
        pictures=pictures,
        workshop=Workshop(
            unit=unit,
            engines={STUDIO: engine},
            painters=Painters(styles=CATALOGUE),
            photos=photos,
            pictures=pictures,
            finish=Finisher(signatures),
            lease=LEASE,
        ),
        album=Album(
            unit=unit,
            uploads=photos,
            store=S3SavedPhotos(object_store, sealer, bucket=s3.buckets["photos"]),
            develop=develop,
        ),
        client=s3.client,
        buckets=dict(s3.buckets),
    )


@pytest.fixture
def counted(pictures: S3Pictures) -> Counted:
    return Counted(pictures)


@pytest.fixture
def service(generation_dsn: str, counted: Counted, signing_files: SigningFiles) -> Iterator[Service[Work]]:
    settings = settings_of(generation_dsn, signing_files)
    service = build(settings, engine=FakeEngine())
    yield replace(service, ports=[counted if isinstance(port, PictureStore) else port for port in service.ports])
    service.unit.database.close()


@pytest.fixture
def client(service: Service[Work]) -> FlaskClient:
    return create_app(service).test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    return asking(client)
