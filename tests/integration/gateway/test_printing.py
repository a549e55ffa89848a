"""Printable models through the public door."""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from generation.domain import ModelFailure
from generation.jobs import ModelBench
from tests.fakes.maker import FakeMaker, fails
from tests.integration.gateway.studio import Person, Studio

FILES = {
    "model.glb": "model/gltf-binary",
    "model.stl": "model/stl",
    "model.3mf": "model/3mf",
    "model/preview": "image/jpeg",
    "model/turntable": "text/html; charset=utf-8",
}


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def made(studio: Studio, ada: Person) -> str:
    response = ada.order(title="Ada  & die Löwin", variants="2")
    assert response.status_code == 202, response.get_json()
    studio.settle()
    return f"/v1/figurines/{response.get_json()['id']}"


def known(ada: Person, made: str, query: str = "") -> dict[str, Any]:
    response = ada.get(f"{made}/model{query}")
    assert response.status_code == 200, response.get_json()
    return response.get_json()


@pytest.mark.parametrize(("what", "media_type"), FILES.items())
def test_a_model_is_made_on_request_and_then_served(
    ada: Person, made: str, models: ModelBench, what: str, media_type: str
) -> None:
    first = ada.get(f"{made}/{what}")
    assert (first.status_code, first.content_type) == (202, "application/json")
    assert first.get_json()["state"] == "making"
    assert int(first.headers["Retry-After"]) == first.get_json()["retry_after"] > 0
    assert "Content-Disposition" not in first.headers
    assert models.make_next() == 1
    then = ada.get(f"{made}/{what}")
    assert (then.status_code, then.content_type) == (200, media_type)
    assert len(then.data) == then.content_length
    assert ada.get("/v1/credits").get_json()["available"] == 10 - ada.figurine(made.rpartition("/")[2])["price"]


def test_a_models_file_is_called_after_its_figurine(ada: Person, made: str, models: ModelBench) -> None:
    ada.get(f"{made}/model.stl?height_mm=120")
    models.make_next()
    named = ada.get(f"{made}/model.stl?height_mm=120").headers["Content-Disposition"]
    assert named.startswith("attachment; filename=figurine-ada-die-lwin-120mm.stl;")
    assert unquote(named).endswith("filename*=UTF-8''ada-die-löwin-120mm.stl")


def test_a_model_comes_in_ranges_and_not_twice(ada: Person, made: str, models: ModelBench) -> None:
    ada.get(f"{made}/model.glb")
    models.make_next()
    whole = ada.get(f"{made}/model.glb")
    part = ada.get(f"{made}/model.glb", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, whole.data[2:6])
    again = ada.get(f"{made}/model.glb", headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = ada.ask("HEAD", f"{made}/model.glb")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(whole.data)))


def test_a_model_tells_what_was_measured_and_where_its_files_are(ada: Person, made: str, models: ModelBench) -> None:
    assert known(ada, made)["state"] == "none"
    assert ada.get(f"{made}/model.3mf?picture=2").status_code == 202
    assert (known(ada, made)["state"], known(ada, made, "?picture=2")["state"]) == ("none", "making")
    models.make_next()
    model = known(ada, made, "?picture=2")
    assert (model["state"], model["failure"], model["retry_after"]) == ("ready", None, None)
    assert model["report"]["watertight"] is True
    for file in model["files"]:
        assert len(ada.get(file["url"]).data) == file["bytes"]
    assert ada.get(model["preview"]).status_code == 200


def test_the_turntable_may_draw_and_reach_nothing_of_ours(ada: Person, made: str, models: ModelBench) -> None:
    ada.get(f"{made}/model/turntable")
    models.make_next()
    response = ada.get(f"{made}/model/turntable")
    policy = response.headers["Content-Security-Policy"]
    assert {"sandbox allow-scripts", "default-src 'none'"} <= set(policy.split("; "))
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_somebody_elses_model_does_not_exist(studio: Studio, ada: Person, made: str, models: ModelBench) -> None:
    ada.get(f"{made}/model.stl")
    models.make_next()
    eve = studio.sign_up()
    for what in ("model", *FILES):
        assert (eve.get(f"{made}/{what}").status_code, eve.get(f"{made}/{what}").get_json()["code"]) == (
            404,
            "not_found",
        )


def test_a_figurine_without_pictures_says_so(studio: Studio, ada: Person) -> None:
    waiting = f"/v1/figurines/{ada.order().get_json()['id']}"
    studio.carry()
    response = ada.get(f"{waiting}/model.stl")
    assert (response.status_code, response.get_json()["code"]) == (409, "conflict")
    assert "no pictures" in response.get_json()["detail"]


def test_a_failed_model_says_why_and_how_long_to_wait(ada: Person, made: str, models: ModelBench) -> None:
    maker = FakeMaker()
    maker.will(fails(ModelFailure.NOT_PRINTABLE))
    ada.get(f"{made}/model.stl")
    replace(models, maker=maker).make_next()
    response = ada.get(f"{made}/model.stl")
    assert (response.status_code, response.get_json()["code"]) == (422, "model_failed")
    assert "would not print" in response.get_json()["detail"]
    assert 0 < int(response.headers["Retry-After"]) <= 61
    failure = known(ada, made)["failure"]
    assert (failure["code"], "would not print" in failure["sentence"]) == ("not_printable", True)


def test_somebody_who_asks_for_too_many_at_once_is_told_when_to_come_back(ada: Person, made: str) -> None:
    statuses = [ada.get(f"{made}/model.stl?height_mm={mm}").status_code for mm in (50, 60, 70)]
    refused = ada.get(f"{made}/model.stl?height_mm=90")
    assert statuses == [202, 202, 202]
    assert (refused.status_code, refused.get_json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize("what", ["model.obj", "model.stl?height_mm=1", "model.stl?picture=none", "model?picture=0"])
def test_what_there_is_not_is_refused(ada: Person, made: str, what: str) -> None:
    response = ada.get(f"{made}/{what}")
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
