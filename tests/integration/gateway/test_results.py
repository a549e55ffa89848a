"""What a person gets of a finished figurine: files with names, other kinds of file, and where they come from."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from tests.fakes.engine import CARD, card, paints
from tests.integration.gateway.studio import Person, Studio

SOUND = card("teal", CARD)
BROKEN = replace(SOUND, image=SOUND.image[:-60])


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def made(studio: Studio, ada: Person) -> str:
    figurine_id = ada.order().get_json()["id"]
    studio.settle()
    return figurine_id


def test_a_broken_picture_costs_nothing(studio: Studio, ada: Person) -> None:
    studio.engine.will(paints(SOUND, BROKEN))
    figurine_id = ada.order(variants=2).get_json()["id"]
    studio.settle()
    figurine = ada.figurine(figurine_id)
    price = figurine["price"] // 2
    assert (figurine["state"], [picture["n"] for picture in figurine["pictures"]]) == ("partly_succeeded", [1])
    assert ada.credits() == {"available": 10 - price, "held": 0}


def test_only_broken_pictures_are_no_picture_and_cost_nothing(studio: Studio, ada: Person) -> None:
    studio.engine.will(paints(BROKEN, BROKEN))
    figurine_id = ada.order(variants=2).get_json()["id"]
    studio.settle()
    failure = ada.figurine(figurine_id)["failure"]
    assert (failure["code"], failure["cost"]) == ("no_picture", 0)
    assert ada.credits() == {"available": 10, "held": 0}


@pytest.mark.parametrize(("wanted", "ending"), [(None, "jpg"), ("png", "png"), ("webp", "webp"), ("jpeg", "jpg")])
def test_a_download_has_a_name_that_tells_nothing_of_the_person(
    ada: Person, made: str, wanted: str | None, ending: str
) -> None:
    asked = {"download": "1", **({"format": wanted} if wanted else {})}
    response = ada.get(f"/v1/figurines/{made}/pictures/1", query_string=asked)
    name = f"acrylic-standee-{made[-8:]}-1.{ending}"
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    with Image.open(BytesIO(response.data)) as picture:
        assert picture.get_format_mimetype() == response.content_type
    assert "Content-Disposition" not in ada.get(f"/v1/figurines/{made}/pictures/1").headers


def test_a_converted_picture_comes_in_ranges_and_not_twice(ada: Person, made: str) -> None:
    path = f"/v1/figurines/{made}/pictures/1?format=webp"
    whole = ada.get(path)
    part = ada.get(path, headers={"Range": "bytes=10-19", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert ada.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_the_owner_sees_where_her_pictures_come_from_and_nobody_else(studio: Studio, ada: Person, made: str) -> None:
    path = f"/v1/figurines/{made}/provenance"
    answer = ada.get(path).get_json()
    (item,) = answer["items"]
    assert (item["engine"], item["made_with_ai"], item["validation"]["state"]) == ("fake", True, "Trusted")
    assert item["manifest"]["generator"] == "Figurine studio"
    assert answer["authority"].startswith("-----BEGIN CERTIFICATE-----")
    stranger = studio.sign_up().get(path)
    assert (stranger.status_code, stranger.get_json()["code"]) == (404, "not_found")
    assert studio.client().get(path).status_code == 401


def test_an_order_nobody_has_heard_of_yet_has_no_provenance_yet(ada: Person) -> None:
    figurine_id = ada.order().get_json()["id"]
    assert ada.get(f"/v1/figurines/{figurine_id}/provenance").get_json()["items"] == []
