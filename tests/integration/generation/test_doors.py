"""What generation answers the gateway over HTTP: pictures for their owner, and nothing for anybody else."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image

from common.clock import SYSTEM_CLOCK
from common.sealing import Unsealable
from generation.ports import Size
from tests.builders import Life
from tests.integration.generation.doors import Ask, Counted
from tests.integration.generation.shop import CATALOGUE, Shop


@pytest.fixture
def life(shop: Shop) -> Life:
    life = shop.ready(variants=2)
    shop.workshop.render_next()
    return life


@pytest.fixture
def path(life: Life) -> str:
    return f"/v1/figurines/{life.figurine_id}/pictures/1"


@pytest.mark.parametrize("size", Size)
def test_every_size_of_a_picture_comes_whole(ask: Ask, life: Life, path: str, size: Size, counted: Counted) -> None:
    response = ask(f"{path}?size={size}", life.user_id)
    assert (response.status_code, response.content_type) == (200, "image/jpeg")
    assert len(response.data) == response.content_length
    assert Image.open(BytesIO(response.data)).size == (96, 120)
    assert (response.headers["Accept-Ranges"], response.headers["Cache-Control"]) == ("bytes", "private, max-age=3600")
    assert counted.open_now == 0


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-9", slice(0, 10)), ("bytes=100-", slice(100, None)), ("bytes=-10", slice(-10, None))],
)
def test_a_range_is_exactly_what_was_asked_for(ask: Ask, life: Life, path: str, asked: str, part: slice) -> None:
    whole = ask(path, life.user_id).data
    start, stop, _ = part.indices(len(whole))
    response = ask(path, life.user_id, Range=asked)
    assert (response.status_code, response.data) == (206, whole[part])
    assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=abc", "bytes=9-3"])
def test_a_range_we_do_not_serve_gets_the_whole(ask: Ask, life: Life, path: str, asked: str) -> None:
    assert ask(path, life.user_id, Range=asked).status_code == 200


def test_a_range_behind_the_end_is_refused(ask: Ask, life: Life, path: str) -> None:
    response = ask(path, life.user_id, Range="bytes=99999999-")
    assert (response.status_code, response.get_json()["code"]) == (416, "range_not_satisfiable")


def test_a_range_of_another_picture_gets_the_whole(ask: Ask, life: Life, path: str) -> None:
    etag = ask(path, life.user_id).headers["ETag"]
    assert ask(path, life.user_id, Range="bytes=0-9", If_Range=etag).status_code == 206
    assert ask(path, life.user_id, Range="bytes=0-9", If_Range='"another"').status_code == 200


def test_a_picture_one_has_already_is_not_sent_again(ask: Ask, life: Life, path: str, counted: Counted) -> None:
    etag = ask(path, life.user_id).headers["ETag"]
    response = ask(path, life.user_id, If_None_Match=etag)
    assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", etag)
    assert ask(path, life.user_id, If_None_Match='"another"').status_code == 200
    assert ask(f"{path}?size=thumb", life.user_id).headers["ETag"] != etag
    assert counted.open_now == 0


def test_asking_only_for_the_headers_opens_nothing(ask: Ask, life: Life, path: str, counted: Counted) -> None:
    whole = ask(path, life.user_id)
    response = ask(path, life.user_id, method="HEAD")
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Content-Length"] == whole.headers["Content-Length"]
    assert counted.open_now == 0


@pytest.mark.parametrize("n", ["0", "3", "-1", "99999999999999999999", "one"])
def test_a_picture_there_is_not_is_not_found(ask: Ask, life: Life, n: str) -> None:
    response = ask(f"/v1/figurines/{life.figurine_id}/pictures/{n}", life.user_id)
    assert response.status_code == (400 if n == "one" else 404)


def test_somebody_elses_picture_does_not_exist(ask: Ask, path: str) -> None:
    response = ask(path, SYSTEM_CLOCK.new_id())
    assert (response.status_code, response.get_json()["code"]) == (404, "not_found")


def test_nobody_gets_anything(ask: Ask, client: FlaskClient, path: str) -> None:
    assert ask(path, None).status_code == 401
    assert client.get(path).status_code == 401


def test_a_picture_that_was_tampered_with_is_never_served(ask: Ask, shop: Shop, life: Life, path: str) -> None:
    shop.flip_a_byte("figurines", f"{life.figurine_id}/1/1-full")
    with pytest.raises(Unsealable):
        ask(path, life.user_id)


def test_a_picture_whose_object_is_gone_is_not_found(ask: Ask, shop: Shop, life: Life, path: str) -> None:
    shop.pictures.sweep(f"{life.figurine_id}/")
    assert ask(path, life.user_id).status_code == 404


def test_a_figurine_is_cancelled_by_its_owner_only(ask: Ask, shop: Shop) -> None:
    waiting = shop.ready()
    cancel = f"/v1/figurines/{waiting.figurine_id}/cancel"
    assert ask(cancel, SYSTEM_CLOCK.new_id(), method="POST").status_code == 404
    assert ask(cancel, waiting.user_id, method="POST").get_json() == {"state": "cancelled"}
    assert ask(cancel, waiting.user_id, method="POST").get_json() == {"state": "cancelled"}


def test_a_finished_figurine_cannot_be_cancelled(ask: Ask, life: Life) -> None:
    response = ask(f"/v1/figurines/{life.figurine_id}/cancel", life.user_id, method="POST")
    assert (response.status_code, response.get_json()["code"]) == (409, "conflict")


def test_the_owner_sees_her_place_in_the_queue_and_her_photos(ask: Ask, shop: Shop) -> None:
    waiting = shop.ready()
    queue = f"/v1/figurines/{waiting.figurine_id}/queue"
    assert ask(queue, waiting.user_id).get_json()["place"] == 1
    assert ask(queue, SYSTEM_CLOCK.new_id()).status_code == 404
    (photo,) = ask("/v1/photos", waiting.user_id).get_json()["items"]
    assert (photo["figurine_id"], photo["state"]) == (str(waiting.figurine_id), "held")


def test_the_catalogue_says_what_can_be_chosen_and_why_a_style_cannot_be_had(ask: Ask) -> None:
    styles = {style["id"]: style for style in ask("/v1/styles", None).get_json()["items"]}
    box, statue = styles["window-box"], styles["desk-statue"]
    assert (box["available"], box["unavailable_because"], box["sample"]) == (True, None, "window-box.jpg")
    assert [option["id"] for option in box["options"]] == ["backdrop", "resolution"]
    assert box["options"][0]["choices"][1] == {"id": "warm", "name": "Warm", "surcharge": 0, "pixels": 0}
    assert (statue["available"], statue["sample"]) == (False, None)
    assert "Google Gemini" in statue["unavailable_because"]


def test_the_catalogue_keeps_its_prompts_to_itself(ask: Ask) -> None:
    assert "photorealistic" not in ask("/v1/styles", None).get_data(as_text=True)


def test_the_catalogue_is_the_one_this_service_paints(ask: Ask) -> None:
    styles = ask("/v1/styles", SYSTEM_CLOCK.new_id()).get_json()["items"]
    assert {style["id"]: style["price"] for style in styles} == {style.id: style.price for style in CATALOGUE.values()}
