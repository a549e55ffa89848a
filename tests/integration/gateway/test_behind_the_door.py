"""What the gateway fetches for a person from the services behind it."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from tests.fakes.engine import cards, fails
from tests.integration.gateway.studio import Person, Studio

# More than the connections a peer may have open at once.
MANY = 40


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def made(studio: Studio, ada: Person) -> str:
    """The id of a finished figurine with two pictures."""
    figurine_id = ada.order(variants=2).get_json()["id"]
    studio.settle()
    return figurine_id


def test_a_figurine_costs_what_was_delivered_and_its_photo_is_gone(studio: Studio, ada: Person) -> None:
    studio.engine.will(cards(1))
    figurine_id = ada.order(style="window-box", variants=2, title="Ada").get_json()["id"]
    studio.carry()
    queue = ada.figurine(figurine_id)["queue"]
    assert (queue["place"], queue["estimate_seconds"] >= 1) == (1, True)
    assert ada.credits() == {"available": 6, "held": 4}
    (upload,) = ada.get("/v1/photos").get_json()["uploads"]
    assert (upload["figurine_id"], upload["state"]) == (figurine_id, "held")
    studio.settle()
    figurine = ada.figurine(figurine_id)
    assert (figurine["state"], figurine["engine"], len(figurine["pictures"])) == ("partly_succeeded", "fake", 1)
    assert ada.credits() == {"available": 8, "held": 0}
    photos = ada.get("/v1/photos").get_json()
    assert (photos["uploads"], [proof["reason"] for proof in photos["proofs"]]) == ([], ["generated"])
    statement = ada.get("/v1/credits/statement?limit=2").get_json()
    assert [(line["kind"], line["balance"]) for line in statement["items"]] == [("capture", 8), ("hold", 6)]
    older = ada.get(f"/v1/credits/statement?cursor={statement['next_cursor']}").get_json()
    assert [(line["kind"], line["balance"]) for line in older["items"]] == [("trial", 10)]


def test_a_figurine_that_failed_says_why_and_costs_nothing(studio: Studio, ada: Person) -> None:
    studio.engine.will(fails("refused_by_engine"))
    figurine_id = ada.order().get_json()["id"]
    studio.settle()
    figurine = ada.figurine(figurine_id)
    assert figurine["state"] == "failed"
    assert figurine["failure"]["code"] == "refused_by_engine"
    assert figurine["failure"]["cost"] == 0
    assert "declined" in figurine["failure"]["sentence"]
    assert ada.credits() == {"available": 10, "held": 0}


@pytest.mark.parametrize("carried", [False, True])
def test_a_figurine_can_be_cancelled_before_and_after_anybody_heard_of_it(
    studio: Studio, ada: Person, *, carried: bool
) -> None:
    figurine_id = ada.order().get_json()["id"]
    if carried:
        studio.carry()
    response = ada.ask("POST", f"/v1/figurines/{figurine_id}/cancel")
    assert (response.status_code, response.get_json()) == (200, {"id": figurine_id, "state": "cancelled"})
    studio.settle()
    assert ada.figurine(figurine_id)["state"] == "cancelled"
    assert ada.credits() == {"available": 10, "held": 0}
    assert ada.get("/v1/photos").get_json()["uploads"] == []


def test_a_finished_figurine_cannot_be_cancelled(ada: Person, made: str) -> None:
    response = ada.ask("POST", f"/v1/figurines/{made}/cancel")
    assert (response.status_code, response.get_json()["code"]) == (409, "conflict")
    assert "finished" in response.get_json()["detail"]


def test_a_picture_comes_whole_in_ranges_and_not_twice(ada: Person, made: str) -> None:
    path = f"/v1/figurines/{made}/pictures/2"
    whole = ada.get(path)
    assert (whole.status_code, whole.content_type, Image.open(BytesIO(whole.data)).size) == (
        200,
        "image/jpeg",
        (96, 120),
    )
    part = ada.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    again = ada.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert ada.get(f"{path}?size=enormous").status_code == 400
    assert ada.get(f"/v1/figurines/{made}/pictures/3").status_code == 404


def test_a_range_behind_the_end_is_told_as_what_it_is(ada: Person, made: str) -> None:
    response = ada.get(f"/v1/figurines/{made}/pictures/1", headers={"Range": "bytes=99999999-"})
    assert (response.status_code, response.get_json()["code"]) == (416, "range_not_satisfiable")


def test_answers_without_a_body_hold_no_connection(ada: Person, made: str) -> None:
    path = f"/v1/figurines/{made}/pictures/1"
    etag = ada.get(path).headers["ETag"]
    for _ in range(MANY):
        assert ada.get(path, headers={"If-None-Match": etag}).status_code == 304
        assert ada.ask("HEAD", path).status_code == 200
    assert ada.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/v1/credits", "/v1/credits/statement", "/v1/photos"])
def test_what_needs_a_service_that_is_away_says_try_again(studio: Studio, alone: Studio, path: str) -> None:
    ada = replace(studio.sign_up(), studio=alone)
    response = ada.get(path)
    assert (response.status_code, response.get_json()["code"]) == (503, "temporarily_unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_orders_are_taken_while_everybody_else_is_away(studio: Studio, alone: Studio) -> None:
    ada = replace(studio.sign_up(), studio=alone)
    figurine_id = ada.order().get_json()["id"]
    assert ada.figurine(figurine_id)["state"] == "received"
    assert len(alone.client().get("/v1/styles").get_json()["items"]) == 16
    studio.settle()
    assert ada.figurine(figurine_id)["state"] == "succeeded"
