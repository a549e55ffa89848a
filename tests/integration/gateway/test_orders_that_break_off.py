"""An order that breaks off in the middle: either it stands, with its photo, or nothing of it is left."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from common.errors import Unavailable
from common.service import Service
from common.web import create_app
from common.work import UnitOfWork
from gateway.domain.photo import UploadKeys
from gateway.ports import PhotoStore
from gateway.repository import Work
from tests.integration.gateway.studio import Person, Studio, photo


class Uploads:
    """The real store, and whether a photo has come that no transaction has followed yet."""

    def __init__(self, store: PhotoStore, *, breaks: bool = False) -> None:
        self._store = store
        self._breaks = breaks
        self.ids: list[UUID] = []
        self.awaits_its_order = False

    def put(self, upload_id: UUID, jpeg: bytes | None, *, title: str, note: str, owner: UUID) -> UploadKeys:
        keys = self._store.put(upload_id, jpeg, title=title, note=note, owner=owner)
        self.ids.append(upload_id)
        if self._breaks:
            raise Unavailable
        self.awaits_its_order = True
        return keys

    def delete(self, upload_id: UUID) -> None:
        self._store.delete(upload_id)


def without_an_answer(unit: UnitOfWork[Work], uploads: Uploads) -> UnitOfWork[Work]:
    """Commits the order, and loses the connection before the server can say so. Once."""

    class LosesTheAnswer(UnitOfWork[Work]):
        @contextmanager
        def begin(self, *, person: UUID | None = None) -> Generator[Work]:
            with unit.begin(person=person) as work:
                yield work
            if uploads.awaits_its_order:
                uploads.awaits_its_order = False
                raise psycopg.OperationalError("server closed the connection unexpectedly")

    return LosesTheAnswer(service=unit.service, database=unit.database, build=unit.build, clock=unit.clock)


def through(studio: Studio, person: Person, uploads: Uploads, unit: UnitOfWork[Work]) -> Person:
    """The same person, at a door whose store or database breaks."""
    service: Service[Any] = studio.service
    ports = [uploads if isinstance(port, PhotoStore) else port for port in service.ports]
    app = create_app(replace(service, unit=unit, ports=ports))
    return replace(person, studio=replace(studio, app=app))


@pytest.fixture
def real_store(studio: Studio) -> PhotoStore:
    return next(port for port in studio.service.ports if isinstance(port, PhotoStore))


def held(studio: Studio, upload_id: UUID) -> bool:
    store = studio.workshop.photos
    return upload_id in set(store.strays(older_than=studio.service.unit.clock.now().replace(year=9999)))


def test_an_order_whose_commit_was_not_answered_stands_with_its_photo(studio: Studio, real_store: PhotoStore) -> None:
    uploads = Uploads(real_store)
    ada = through(studio, studio.sign_up(), uploads, without_an_answer(studio.service.unit, uploads))
    file = photo()
    assert ada.order(file, key="once").status_code == 503
    (upload_id,) = uploads.ids
    assert held(studio, upload_id)
    again = ada.order(file, key="once")
    assert again.status_code == 202
    assert uploads.ids == [upload_id]
    studio.settle()
    assert ada.figurine(again.get_json()["id"])["state"] == "succeeded"
    assert not held(studio, upload_id)


def test_a_photo_whose_storing_broke_off_is_taken_back(studio: Studio, real_store: PhotoStore) -> None:
    uploads = Uploads(real_store, breaks=True)
    ada = through(studio, studio.sign_up(), uploads, studio.service.unit)
    assert ada.order().status_code == 503
    (upload_id,) = uploads.ids
    assert not held(studio, upload_id)
    assert ada.get("/v1/figurines").get_json()["items"] == []
