"""Generation on real Postgres and a real S3 store."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest
from minio import Minio

from common.clock import MovableClock
from common.database import Database
from common.sealing import Keyring, Sealer
from common.storage import ObjectStore
from common.work import UnitOfWork
from gateway.adapters.uploads import S3Uploads
from generation.adapters.finishing import Finisher, Signatures
from generation.adapters.objects import S3Photos, S3Pictures
from generation.jobs import Workshop
from generation.repository import Work
from tests.fakes.engine import FakeEngine
from tests.fakes.leftovers import clear
from tests.integration.generation.shop import Shop

UPLOAD_KEYS = Sealer(Keyring({1: b"u" * 32}, current=1))
FIGURINE_KEYS = Sealer(Keyring({1: b"f" * 32}, current=1))
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
def pictures(object_store: ObjectStore, s3: S3) -> S3Pictures:
    return S3Pictures(object_store, FIGURINE_KEYS, bucket=s3.buckets["figurines"])


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def unit(generation_database: Database, clock: MovableClock) -> Iterator[UnitOfWork[Work]]:
    """Generation with nothing to do, before the test and after it."""
    clear("generation", generation_database)
    yield UnitOfWork(service="generation", database=generation_database, build=Work, clock=clock)
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
) -> Shop:
    engine = FakeEngine()
    photos = S3Photos(object_store, UPLOAD_KEYS, bucket=s3.buckets["uploads"])
    return Shop(
        unit=unit,
        clock=clock,
        engine=engine,
        uploads=S3Uploads(object_store, UPLOAD_KEYS, bucket=s3.buckets["uploads"]),
        pictures=pictures,
        workshop=Workshop(
            unit=unit, engine=engine, photos=photos, pictures=pictures, finish=Finisher(signatures), lease=LEASE
        ),
        client=s3.client,
        buckets=dict(s3.buckets),
    )
