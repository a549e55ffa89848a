"""A copy that breaks off goes on where it was, and never with a piece of another."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Protocol
from uuid import UUID
from zipfile import ZipFile

import pytest
from werkzeug.test import TestResponse

from common.clock import MovableClock
from common.service import Service
from common.storage import ObjectStore
from common.tokens import TokenIssuer
from common.web import create_app
from common.work import UnitOfWork
from privacy.adapters.archive import ArchiveShelf
from privacy.domain import Request
from privacy.domain.requests import ANSWER_WITHIN
from privacy.repository import Work
from tests.fakes.toy.keys import PRIVATE_KEY
from tests.integration.privacy.copying import Copying, copying_in, cover, draft


class S3(Protocol):
    endpoint: str
    access_key: str
    secret_key: str
    ca_file: Path
    buckets: Mapping[str, str]


Fetch = Callable[..., TestResponse]


@pytest.fixture
def copying(unit: UnitOfWork[Work], clock: MovableClock, s3: S3) -> Iterator[Copying]:
    store = ObjectStore(endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, ca_file=s3.ca_file)
    with copying_in(unit, clock, store, s3.buckets["exports"]) as copying:
        yield copying


@pytest.fixture
def request_of_ada(copying: Copying, ada: UUID, clock: MovableClock) -> Request:
    """A copy that is there, without what billing holds."""
    request = copying.ask(ada)
    copying.give_others(request, "generation", "billing")
    # Longer than one sealed segment.
    copying.give(request, "generation", draft("pictures/1.png", bytes(range(256)) * 1024), cover("generation"))
    clock.advance(ANSWER_WITHIN)
    assert copying.desk().assemble_next() == 1
    return request


@pytest.fixture
def fetch(service: Service[Work], copying: Copying, request_of_ada: Request) -> Fetch:
    ports = [port for port in service.ports if not isinstance(port, ArchiveShelf)]
    app = create_app(replace(service, unit=copying.unit, ports=[*ports, copying.shelf]))
    token = TokenIssuer(PRIVATE_KEY, clock=copying.clock).issue(user_id=request_of_ada.user_id, audience="privacy")

    def fetch(**headers: str) -> TestResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/v1/requests/{request_of_ada.id}/archive"
        return app.test_client().get(path, headers={"Authorization": f"Bearer {token}", **given})

    return fetch


def test_a_copy_comes_in_two_pieces_as_it_comes_in_one(fetch: Fetch) -> None:
    whole = fetch()
    assert (whole.status_code, whole.headers["Accept-Ranges"], whole.content_length) == (200, "bytes", len(whole.data))
    for cut in (1, 70_000, len(whole.data) - 1):
        rest = fetch(Range=f"bytes={cut}-", If_Range=whole.headers["ETag"])
        assert (rest.status_code, rest.content_length) == (206, len(whole.data) - cut)
        assert rest.headers["Content-Range"] == f"bytes {cut}-{len(whole.data) - 1}/{len(whole.data)}"
        assert ZipFile(BytesIO(whole.data[:cut] + rest.data)).testzip() is None


def test_a_copy_that_was_put_together_anew_begins_anew(fetch: Fetch, copying: Copying, request_of_ada: Request) -> None:
    before = fetch().headers["ETag"]
    copying.give(request_of_ada, "billing", cover("billing"), draft("pictures/late.png", b"late"))
    assert copying.desk().assemble_next() == 1
    again = fetch(Range="bytes=100-", If_Range=before)
    assert again.status_code == 200
    assert again.headers["ETag"] != before
    assert "pictures/late.png" in ZipFile(BytesIO(again.data)).namelist()


def test_behind_its_end_there_is_nothing(fetch: Fetch) -> None:
    refused = fetch(Range="bytes=99999999-")
    assert (refused.status_code, refused.get_json()["code"]) == (416, "range_not_satisfiable")


def test_what_identifies_a_copy_does_not_say_where_it_lies(fetch: Fetch, request_of_ada: Request) -> None:
    assert str(request_of_ada.id) not in fetch().headers["ETag"]
