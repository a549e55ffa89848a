"""Style sheets and scripts: packed for whoever takes them so, and asked for again only when they changed."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from werkzeug.test import TestResponse

from tests.integration.gateway.studio import ORIGIN, Studio

SHEET = "/static/css/page.css"
NOTHING = ["css/none.css", "../templates/base.html", "css", "../../../settings.py", "css/%00.css"]

Get = Callable[..., TestResponse]


@pytest.fixture
def get(studio: Studio) -> Iterator[Get]:
    """Asks for a path, taking it packed as told."""
    client = studio.client()
    with ExitStack() as answers:

        def get(path: str, taken: str, **headers: str) -> TestResponse:
            answer = client.get(path, headers={"Accept-Encoding": taken, **headers}, base_url=ORIGIN)
            answers.callback(answer.close)
            return answer

        yield get


def test_text_goes_packed_to_who_takes_it_and_plain_to_who_does_not(get: Get) -> None:
    plain, packed = get(SHEET, "identity"), get(SHEET, "gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert packed.mimetype == plain.mimetype == "text/css"
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, packed))


@pytest.mark.parametrize("taken", ["gzip", "identity", "gzip;q=0"])
def test_what_has_not_changed_is_not_sent_again(get: Get, taken: str) -> None:
    first = get(SHEET, taken)
    again = get(SHEET, taken, **{"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


@pytest.mark.parametrize("path", NOTHING)
def test_nothing_else_is_there(get: Get, path: str) -> None:
    assert get(f"/static/{path}", "gzip").status_code == 404


@pytest.mark.parametrize("path", ["/", "/static/samples/cat.jpg"])
def test_pages_and_pictures_are_not_packed(get: Get, path: str) -> None:
    answer = get(path, "gzip")
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None)
