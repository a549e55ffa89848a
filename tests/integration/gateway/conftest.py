"""The gateway over HTTP, in front of billing, generation and privacy on real servers."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import pytest
from flask import Flask
from minio import Minio
from pydantic import SecretStr
from werkzeug.serving import BaseWSGIServer, make_server

import billing.settings
import billing.wiring
import gateway.settings
import gateway.wiring
import generation.settings
import generation.wiring
import privacy.settings
import privacy.wiring
from common.person_keys import PersonKeys
from common.sealing import Keyring, Sealer
from common.service import Service
from common.storage import ObjectStore
from common.web import create_app
from common.work import UnitOfWork
from gateway.adapters.peers import Peers
from gateway.adapters.uploads import S3Uploads
from gateway.ports import PhotoStore
from generation.adapters.finishing import Finisher, Signatures
from generation.adapters.objects import S3Models, S3Photos, S3Pictures, S3SavedPhotos
from generation.adapters.prints import develop
from generation.domain import STUDIO, Painters
from generation.jobs import Album, ModelBench, Workshop
from generation.ports import PhotoLooker, PictureStore
from generation.routes import ModelDesk, Shelf
from tests.fakes.engine import FakeEngine
from tests.fakes.house import Room
from tests.fakes.looker import FakeLooker
from tests.fakes.maker import FakeMaker
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY
from tests.fixtures.signing import SigningFiles
from tests.fixtures.stripe import RunningStripe
from tests.integration.gateway.studio import INDEX_KEY, ORIGIN, SAVED_LIMIT, SHOP, Studio

KEY, UPLOAD_KEY, EXPORT_KEY = (f"1:{letter * 43}=" for letter in "AEI")
UPLOAD_KEYS = Keyring.parse(UPLOAD_KEY)
KEYS = PersonKeys(Keyring.parse(KEY))
UNUSED = "https://localhost:1"
# Under which terms billing sells here.
SELLING: dict[str, Any] = {
    "sealing_keys": SecretStr(KEY),
    "seller_country": "DE",
    "tax_rate": "19",
    "bank_iban": "DE89370400440532013000",
}
# What privacy signs with, and checks what the services signed.
SIGNING: dict[str, Any] = {
    "receipt_private_key": SecretStr(PRIVATE_KEY),
    "receipt_public_keys": dict.fromkeys(("gateway", "generation", "billing", "privacy", "analytics"), PUBLIC_KEY),
}


class S3(Protocol):
    """What these tests need of the fixture `s3`."""

    client: Minio
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


def sealer_of(unit: UnitOfWork[Any]) -> Sealer:
    """Seals files of people as the service does."""
    return KEYS.sealer_of(unit.database, unit.clock)


def opening(unit: UnitOfWork[Any]) -> Sealer:
    """Opens uploads as generation does."""
    return KEYS.sealer_of(unit.database, unit.clock, keyring=UPLOAD_KEYS)


@contextmanager
def serving(app: Flask) -> Generator[str]:
    """The app on a port of its own; yields its address."""
    with _at_work(make_server("127.0.0.1", 0, app, threaded=True)) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving_over_tls(app: Flask) -> Generator[str]:
    """The same over TLS, without which a browser keeps no cookie of it; the certificate is nobody's."""
    with _at_work(make_server("localhost", 0, app, threaded=True, ssl_context="adhoc")) as port:
        yield f"https://localhost:{port}"


@contextmanager
def _at_work(server: BaseWSGIServer) -> Generator[int]:
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def shared(service_database: Callable[[str], str]) -> Callable[[str], dict[str, Any]]:
    """The settings every service has."""

    def shared(service: str) -> dict[str, Any]:
        return {
            "mode": "local",
            "database_url": SecretStr(service_database(service)),
            "broker_url": SecretStr("amqp://localhost/unused"),
            "token_public_key": PUBLIC_KEY,
        }

    return shared


@pytest.fixture(scope="session")
def store_settings() -> dict[str, Any]:
    return {
        "s3_endpoint": UNUSED,
        "s3_access_key": "unused",
        "s3_secret_key": SecretStr("unused"),
        "sealing_keys": SecretStr(KEY),
        "upload_keys": SecretStr(UPLOAD_KEY),
    }


@pytest.fixture(scope="session")
def object_store(s3: S3) -> ObjectStore:
    return ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)


@pytest.fixture(scope="session")
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(scope="session")
def looker() -> FakeLooker:
    return FakeLooker()


@pytest.fixture(scope="session")
def generation_service(
    shared: Callable[[str], dict[str, Any]],
    store_settings: dict[str, Any],
    object_store: ObjectStore,
    s3: S3,
    engine: FakeEngine,
    *,
    signing_files: SigningFiles,
    looker: FakeLooker,
) -> Service[Any]:
    provenance = {"provenance_cert": signing_files.chain, "provenance_key": signing_files.key}
    limits = {"saved_photos_per_person": SAVED_LIMIT}
    settings = generation.settings.Settings(**shared("generation"), **store_settings, **provenance, **limits)
    service = generation.wiring.build(settings, engine=engine)
    sealer = sealer_of(service.unit)
    pictures = S3Pictures(object_store, sealer, bucket=s3.buckets["figurines"])
    models = ModelDesk(store=S3Models(object_store, sealer, bucket=s3.buckets["figurines"]), in_the_making=3)
    shelf = Shelf(store=S3SavedPhotos(object_store, sealer, bucket=s3.buckets["photos"]), limit=SAVED_LIMIT)
    stored = {PictureStore: pictures, ModelDesk: models, Shelf: shelf, PhotoLooker: looker}
    ports = [next((mine for kind, mine in stored.items() if isinstance(port, kind)), port) for port in service.ports]
    return replace(service, ports=ports)


@pytest.fixture
def models(generation_service: Service[Any], object_store: ObjectStore, s3: S3) -> ModelBench:
    return ModelBench(
        unit=generation_service.unit,
        maker=FakeMaker(),
        models=S3Models(object_store, sealer_of(generation_service.unit), bucket=s3.buckets["figurines"]),
        pictures=S3Pictures(object_store, sealer_of(generation_service.unit), bucket=s3.buckets["figurines"]),
    )


@pytest.fixture(scope="session")
def workshop(
    generation_service: Service[Any], object_store: ObjectStore, s3: S3, engine: FakeEngine, signatures: Signatures
) -> Workshop:
    (painters,) = [port for port in generation_service.ports if isinstance(port, Painters)]
    return Workshop(
        unit=generation_service.unit,
        engines={STUDIO: engine},
        painters=painters,
        photos=S3Photos(object_store, opening(generation_service.unit), bucket=s3.buckets["uploads"]),
        pictures=S3Pictures(object_store, sealer_of(generation_service.unit), bucket=s3.buckets["figurines"]),
        finish=Finisher(signatures),
        lease=timedelta(seconds=20),
    )


@pytest.fixture(scope="session")
def album(generation_service: Service[Any], object_store: ObjectStore, s3: S3) -> Album:
    return Album(
        unit=generation_service.unit,
        uploads=S3Photos(object_store, opening(generation_service.unit), bucket=s3.buckets["uploads"]),
        store=S3SavedPhotos(object_store, sealer_of(generation_service.unit), bucket=s3.buckets["photos"]),
        develop=develop,
    )


@pytest.fixture(scope="session")
def peers(
    shared: Callable[[str], dict[str, Any]], generation_service: Service[Any], _stripe_process: RunningStripe
) -> dict[str, Service[Any]]:
    payments: dict[str, Any] = {
        "stripe_api_key": SecretStr(_stripe_process.key),
        "stripe_api_base": _stripe_process.base_url,
        "stripe_webhook_secret": SecretStr(_stripe_process.webhook_secret),
    }
    return {
        "generation": generation_service,
        "billing": billing.wiring.build(
            billing.settings.Settings(**shared("billing"), **SELLING, **payments, code_key=SecretStr(INDEX_KEY))
        ),
        "privacy": privacy.wiring.build(
            privacy.settings.Settings(
                **shared("privacy"), **SIGNING, sealing_keys=SecretStr(KEY), export_keys=SecretStr(EXPORT_KEY)
            )
        ),
    }


@pytest.fixture(scope="session")
def gateway_service(
    shared: Callable[[str], dict[str, Any]],
    store_settings: dict[str, Any],
    object_store: ObjectStore,
    s3: S3,
    peers: dict[str, Service[Any]],
) -> Iterator[Service[Any]]:
    with ExitStack() as stack:
        addresses: dict[str, Any] = {
            f"{name}_url": stack.enter_context(serving(create_app(peers[name]))) for name in peers
        }
        settings = gateway.settings.Settings(
            **shared("gateway"),
            **store_settings,
            **addresses,
            analytics_url=UNUSED,
            public_url=ORIGIN,
            smtp_url=SecretStr("smtp://localhost:1"),
            blind_index_key=SecretStr(INDEX_KEY),
            token_private_key=SecretStr(PRIVATE_KEY),
            live_streams=3,
            # All who are tested with come from one address.
            requests_per_address=1_000_000,
            cors_origins=SHOP,
            local_webhooks=True,
            live_streams_per_person=2,
        )
        service = gateway.wiring.build(settings)
        stack.callback(service.close)
        uploads = S3Uploads(object_store, Sealer(UPLOAD_KEYS), bucket=s3.buckets["uploads"])
        yield replace(service, ports=[uploads if isinstance(port, PhotoStore) else port for port in service.ports])


@pytest.fixture(scope="session")
def studio(
    gateway_service: Service[Any],
    peers: dict[str, Service[Any]],
    workshop: Workshop,
    album: Album,
    engine: FakeEngine,
) -> Iterator[Studio]:
    services = {"gateway": gateway_service, **peers}
    rooms = [Room.of(each.unit, each.subscriptions) for each in services.values()]
    next(job for job in gateway_service.jobs if job.name == "refresh styles").run()
    app = create_app(gateway_service)
    yield Studio(app=app, service=gateway_service, rooms=rooms, workshop=workshop, album=album, engine=engine)
    for room in rooms:
        room.close()
    for each in services.values():
        each.unit.database.close()


@pytest.fixture
def alone(studio: Studio) -> Studio:
    """The same studio with nobody behind its door."""
    settings = studio.service.settings
    assert isinstance(settings, gateway.settings.Settings)
    away = {f"{name}_url": "http://127.0.0.1:1" for name in ("generation", "billing", "privacy", "analytics")}
    peers = gateway.wiring.connect(settings.model_copy(update=away))
    ports = [peers if isinstance(port, Peers) else port for port in studio.service.ports]
    service = replace(studio.service, ports=ports)
    return replace(studio, service=service, app=create_app(service))


@pytest.fixture(autouse=True)
def _nothing_left_to_do(request: pytest.FixtureRequest) -> None:
    """Each test in which the studio takes part begins with nothing that another has left."""
    if "studio" in request.fixturenames:
        studio: Studio = request.getfixturevalue("studio")
        studio.forget_everything_to_do()
