"""Ordering a figurine: what is taken, what is refused, and that one order is one order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from tests.fixtures.photo_files import cornered, encoded, exif, plain, turned, with_canvas
from tests.integration.gateway.studio import Person, Studio, photo

_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"/>'


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def stored(studio: Studio) -> Callable[[], int]:
    """How many photos wait in the store."""
    return lambda: len(list(studio.workshop.photos.strays(older_than=_FOREVER)))


def test_an_order_can_be_read_the_moment_it_was_taken(ada: Person) -> None:
    response = ada.order(variants=2, aspect_ratio="3:4", title="Ada", note="smiling")
    assert response.status_code == 202
    ordered = response.get_json()
    assert (ordered["state"], ordered["price"], ordered["title"], ordered["pictures"]) == ("received", 2, "Ada", [])
    assert ada.figurine(ordered["id"]) == ordered


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (b"", 400, "photo_unreadable"),
        (encoded(cornered(), "JPEG")[:300], 400, "photo_unreadable"),
        (encoded(plain("red", size=(64, 64)), "PNG"), 400, "photo_too_small"),
        (with_canvas(encoded(cornered(), "JPEG"), 60_000, 60_000), 413, "photo_too_large"),
        (b"\xff\xd8\xff" + b"\0" * 21 * 1024 * 1024, 413, "photo_too_large"),
        (SVG, 415, "photo_unsupported"),
        (b"%PDF-1.7\n", 415, "photo_unsupported"),
        (b"MZ" + b"\0" * 500, 415, "photo_unsupported"),
        (encoded(plain("red"), "BMP"), 415, "photo_unsupported"),
    ],
    ids=["empty", "cut short", "tiny", "bomb", "heavy", "svg", "pdf", "program", "bmp"],
)
def test_a_photo_that_cannot_be_used_is_refused_with_its_own_code(
    ada: Person, stored: Callable[[], int], file: bytes, status: int, code: str
) -> None:
    before = stored()
    response = ada.order(file)
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert response.content_type == "application/problem+json"
    assert stored() == before


@pytest.mark.parametrize(
    "file",
    [
        turned(6),
        encoded(plain((1, 2, 3, 4), mode="CMYK"), "JPEG"),
        encoded(plain((1, 2, 3, 90), mode="RGBA"), "PNG"),
        encoded(plain(40_000, mode="I;16"), "PNG"),
        encoded(cornered(), "WEBP", exif=exif()),
        encoded(cornered(), "HEIF"),
    ],
    ids=["turned", "cmyk", "transparent", "16 bit", "webp", "heic"],
)
def test_an_unusual_photo_is_taken(ada: Person, file: bytes) -> None:
    assert ada.order(file, name="whatever.bin").status_code == 202


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"style": "marble-bust"}, "style"),
        ({"style": "\x00"}, "stored"),
        ({"variants": 9}, "between 1 and 8"),
        ({"variants": "many"}, "see errors"),
        ({"aspect_ratio": "2:1"}, "16:9"),
        ({"title": "x" * 61}, "60"),
        ({"title": "A\x07"}, "printed"),
        ({"note": "x" * 1001}, "see errors"),
    ],
)
def test_an_order_outside_the_rules_is_refused_with_what_helps(ada: Person, fields: dict[str, Any], says: str) -> None:
    response = ada.order(**fields)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
    assert says in response.get_json()["detail"]


@pytest.mark.parametrize("form", [{}, {"style": "window-box"}, {"style": "window-box", "photo": "words"}])
def test_an_order_without_a_photo_is_refused(ada: Person, form: dict[str, str]) -> None:
    response = ada.ask("POST", "/v1/figurines", data=form, content_type="multipart/form-data")
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")


def test_whoever_cannot_pay_is_told_before_her_photo_is_kept(ada: Person, stored: Callable[[], int]) -> None:
    for _ in range(2):
        assert ada.order(style="window-box", variants=2).status_code == 202
    ada.studio.settle()
    before = stored()
    response = ada.order(style="window-box", variants=4)
    assert (response.status_code, response.get_json()["code"]) == (402, "insufficient_credits")
    assert stored() == before


def test_the_same_order_again_is_the_same_figurine_and_one_photo(ada: Person, stored: Callable[[], int]) -> None:
    before, file = stored(), photo()
    first, again = (ada.order(file, key="one", title="Ada") for _ in range(2))
    assert (again.status_code, again.get_json()) == (202, first.get_json())
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert stored() == before + 1


@pytest.mark.parametrize("change", [{"title": "Bob"}, {"variants": 2}, {"file": photo()}])
def test_another_order_under_the_same_key_is_refused(ada: Person, change: dict[str, Any]) -> None:
    order: dict[str, Any] = {"file": photo(), "title": "Ada"}
    assert ada.order(key="two", **order).status_code == 202
    response = ada.order(key="two", **(order | change))
    assert (response.status_code, response.get_json()["code"]) == (409, "idempotency_mismatch")


def test_simultaneous_orders_under_one_key_are_one_figurine_with_one_photo(
    ada: Person, stored: Callable[[], int]
) -> None:
    before, once = stored(), partial(ada.order, photo(), key="three")
    with ThreadPoolExecutor(3) as impatient:
        answers = [impatient.submit(once) for _ in range(3)]
    assert {answer.result().status_code for answer in answers} == {202}
    assert len({answer.result().get_json()["id"] for answer in answers}) == 1
    assert stored() == before + 1
    assert len(ada.get("/v1/figurines").get_json()["items"]) == 1


def test_a_key_belongs_to_one_person(studio: Studio, ada: Person) -> None:
    file = photo()
    mine = ada.order(file, key="four").get_json()["id"]
    assert studio.sign_up().order(file, key="four").get_json()["id"] != mine


def test_what_was_refused_can_be_ordered_again_under_its_key(ada: Person) -> None:
    assert ada.order(b"", key="five").status_code == 400
    assert ada.order(photo(), key="five").status_code == 202


def test_figurines_are_listed_newest_first_page_by_page_and_filtered(ada: Person) -> None:
    ordered = [ada.order(style=style).get_json()["id"] for style in ("acrylic-standee", "window-box") * 2]
    pages: list[list[str]] = []
    cursor = ""
    while cursor is not None:
        page = ada.get(f"/v1/figurines?limit=3{cursor and f'&cursor={cursor}'}").get_json()
        pages.append([item["id"] for item in page["items"]])
        cursor = page["next_cursor"]
    assert pages == [ordered[:0:-1], ordered[:1]]
    boxes = ada.get("/v1/figurines?style=window-box").get_json()["items"]
    assert [item["id"] for item in boxes] == [ordered[3], ordered[1]]
    assert ada.get("/v1/figurines?state=received").get_json()["items"][0]["id"] == ordered[-1]
    assert ada.get("/v1/figurines?state=failed").get_json()["items"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=99999999999999999999", "cursor=x", "state=lost"])
def test_a_page_there_cannot_be_is_refused(ada: Person, query: str) -> None:
    assert ada.get(f"/v1/figurines?{query}").status_code == 400


def test_somebody_elses_figurine_does_not_exist(studio: Studio, ada: Person) -> None:
    figurine_id = UUID(ada.order().get_json()["id"])
    eve = studio.sign_up()
    for method, path in (("GET", ""), ("POST", "/cancel"), ("GET", "/pictures/1")):
        response = eve.ask(method, f"/v1/figurines/{figurine_id}{path}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not_found")
    assert eve.get("/v1/figurines").get_json()["items"] == []
