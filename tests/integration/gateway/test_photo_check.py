"""Hints before anything is spent: they warn, they never refuse, and the photo is kept nowhere."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event

import pytest
from PIL import Image, ImageEnhance
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from generation.domain.hints import PhotoHint
from tests.fakes.looker import FakeLooker
from tests.fixtures.photo_files import SECRET, cornered, encoded, exif
from tests.integration.gateway.conftest import S3
from tests.integration.gateway.studio import ORIGIN, Person, Studio


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def kept(s3: S3) -> Callable[[], list[str]]:
    """Every object there is, and every version of it."""

    def kept() -> list[str]:
        buckets = s3.buckets.values()
        found = [s3.client.list_objects(bucket, recursive=True, include_version=True) for bucket in buckets]
        return sorted(str(each.object_name) for objects in found for each in objects)

    return kept


def check(person: Person, file: bytes) -> TestResponse:
    boundary, body = encode_multipart({"photo": FileStorage(BytesIO(file), filename="me.jpg")})
    return person.ask("POST", "/v1/photos/check", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def codes(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    return [hint["code"] for hint in response.get_json()["hints"]]


def test_what_either_sees_is_said_in_sentences(ada: Person, looker: FakeLooker) -> None:
    looker.will((PhotoHint.CUT_OFF,))
    dark = ImageEnhance.Brightness(cornered(600, 600)).enhance(0.1)
    answer = check(ada, encoded(dark, "JPEG"))
    assert codes(answer) == ["dark", "cut_off"]
    assert answer.get_json()["complete"] is True
    assert "cut the subject off" in answer.get_json()["hints"][1]["sentence"]


def test_nothing_of_the_photo_is_left_anywhere_and_nothing_is_spent(
    ada: Person, looker: FakeLooker, kept: Callable[[], list[str]]
) -> None:
    objects = kept()
    assert codes(check(ada, encoded(cornered(600, 600), "JPEG", exif=exif()))) == []
    assert kept() == objects
    assert SECRET not in looker.photos[-1]
    assert Image.open(BytesIO(looker.photos[-1])).size == (600, 600)
    assert ada.get("/v1/photos").get_json()["uploads"] == []
    assert ada.credits() == {"available": 10, "held": 0}


def test_without_generation_the_gateway_says_what_it_sees_itself(ada: Person, looker: FakeLooker) -> None:
    looker.will(None)
    dark = ImageEnhance.Brightness(cornered(600, 600)).enhance(0.1)
    answer = check(ada, encoded(dark, "JPEG"))
    assert codes(answer) == ["dark"]
    assert answer.get_json()["complete"] is False


def test_whoever_asks_while_her_photo_is_looked_at_gets_no_hints_at_once(ada: Person, looker: FakeLooker) -> None:
    go_on = Event()
    looker.begun.clear()
    looker.will(go_on)
    photo = encoded(cornered(600, 600), "JPEG")
    with ThreadPoolExecutor() as threads:
        first = threads.submit(check, ada, photo)
        assert looker.begun.wait(10)
        second = check(ada, photo).get_json()
        go_on.set()
        assert first.result(10).get_json()["complete"] is True
    assert second == {"hints": [], "complete": False}


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (b"", 400, "photo_unreadable"),
        (b"%PDF-1.7", 415, "photo_unsupported"),
        (b"\xff\xd8\xff", 400, "photo_unreadable"),
    ],
)
def test_what_is_no_photo_is_refused_as_in_an_order(ada: Person, file: bytes, status: int, code: str) -> None:
    refused = check(ada, file)
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)


def test_nobody_signed_out_has_a_photo_looked_at(studio: Studio) -> None:
    assert studio.client().post("/v1/photos/check", base_url=ORIGIN).status_code == 401
