"""Saving a photo with an order, ordering with it again, and deleting it, at the public door."""

from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from common.errors import NotFound
from common.web import create_app
from gateway.adapters.peers import Peers
from gateway.routes.photos import saved_photo_bytes
from gateway.settings import Settings
from gateway.wiring import connect
from tests.fakes.engine import fails
from tests.fixtures.photo_files import turned
from tests.fixtures.traces import foreign
from tests.integration.gateway.studio import SAVED_LIMIT, Person, Studio, photo


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


def keep(ada: Person, file: bytes | None = None, **fields: Any) -> dict[str, Any]:
    """Order a figurine and have its photo saved."""
    assert ada.order(file, save_photo="true", **fields).status_code == 202
    ada.studio.settle()
    return ada.get("/v1/photos").get_json()["saved"][0]


def saved(ada: Person) -> list[str]:
    return [each["id"] for each in ada.get("/v1/photos").get_json()["saved"]]


def test_a_photo_is_gone_with_its_figurine_unless_its_owner_chose_to_save_it(studio: Studio, ada: Person) -> None:
    ada.order()
    studio.settle()
    assert ada.get("/v1/photos").get_json() | {"proofs": []} == {
        "uploads": [],
        "saved": [],
        "saved_limit": SAVED_LIMIT,
        "proofs": [],
    }
    kept = keep(ada)
    photos = ada.get("/v1/photos").get_json()
    # The upload itself goes as every upload does, with its proof.
    assert (photos["uploads"], len(photos["proofs"]), photos["saved"]) == ([], 2, [kept])
    assert kept.keys() == {"id", "width", "height", "bytes", "saved_at"}


def test_what_is_kept_is_the_clean_photo_and_nobody_elses_to_see(studio: Studio, ada: Person) -> None:
    kept = keep(ada, turned(6))
    for size, longest in [("full", 2048), ("thumb", 384)]:
        answer = ada.get(f"/v1/photos/{kept['id']}?size={size}")
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert foreign(answer.data) == set()
        with Image.open(BytesIO(answer.data)) as picture:
            assert max(picture.size) <= longest
            assert (picture.width < picture.height) == (kept["width"] < kept["height"])
    eve, never = studio.sign_up(), uuid4()
    for method in ("GET", "DELETE"):
        theirs, nobodys = (eve.ask(method, f"/v1/photos/{each}") for each in (kept["id"], never))
        assert (theirs.status_code, theirs.get_json()["code"]) == (404, "not_found")
        assert theirs.get_json()["detail"] == nobodys.get_json()["detail"]
    refused = eve.order_again(kept["id"])
    assert (refused.status_code, refused.get_json()["code"]) == (404, "not_found")
    assert saved(ada) == [kept["id"]]
    assert studio.client().get(f"/v1/photos/{kept['id']}").status_code == 401


def test_it_is_ordered_with_again_as_it_is_and_its_upload_goes_as_ever(studio: Studio, ada: Person) -> None:
    kept = keep(ada)
    jpeg = ada.get(f"/v1/photos/{kept['id']}").data
    again = ada.order_again(kept["id"], title="Countess", save_photo="true")
    assert again.status_code == 202, again.get_json()
    studio.settle()
    assert ada.figurine(again.get_json()["id"])["state"] == "succeeded"
    assert studio.engine.orders[-1].photo == jpeg
    photos = ada.get("/v1/photos").get_json()
    assert (saved(ada), photos["uploads"], len(photos["proofs"])) == ([kept["id"]], [], 2)


def test_deleted_while_an_order_with_it_is_under_way_it_is_gone_and_the_figurine_is_made(
    studio: Studio, ada: Person
) -> None:
    kept = keep(ada)
    ordered = ada.order_again(kept["id"]).get_json()["id"]
    assert ada.ask("DELETE", f"/v1/photos/{kept['id']}").status_code == 204
    assert (saved(ada), ada.get(f"/v1/photos/{kept['id']}").status_code) == ([], 404)
    assert ada.order_again(kept["id"]).status_code == 404
    studio.settle()
    assert ada.figurine(ordered)["state"] == "succeeded"
    assert ada.ask("DELETE", f"/v1/photos/{kept['id']}").status_code == 404
    assert UUID(kept["id"]) not in set(studio.album.store.stored(older_than=_forever(studio)))
    proofs = {proof["upload_id"]: proof["reason"] for proof in ada.get("/v1/photos").get_json()["proofs"]}
    assert proofs[kept["id"]] == "owner"


def test_the_same_key_is_the_same_order_also_after_the_photo_is_gone(studio: Studio, ada: Person) -> None:
    kept, other = keep(ada), keep(ada)
    first = ada.order_again(kept["id"], key="again")
    assert ada.order_again(other["id"], key="again").get_json()["code"] == "idempotency_mismatch"
    assert ada.ask("DELETE", f"/v1/photos/{kept['id']}").status_code == 204
    assert ada.order_again(kept["id"], key="again").get_json() == first.get_json()
    file = photo()
    assert ada.order(file, key="wish").status_code == 202
    assert ada.order(file, key="wish", save_photo="true").get_json()["code"] == "idempotency_mismatch"


def test_it_is_kept_also_when_no_figurine_came_of_it(studio: Studio, ada: Person) -> None:
    studio.engine.will(fails("refused_by_engine"))
    keep(ada)
    cancelled = ada.order(save_photo="true").get_json()["id"]
    assert ada.ask("POST", f"/v1/figurines/{cancelled}/cancel").status_code == 200
    studio.settle()
    assert len(saved(ada)) == 2
    assert ada.credits() == {"available": 10, "held": 0}


def test_a_photo_more_than_can_be_kept_is_refused_before_anything_is_stored(studio: Studio, ada: Person) -> None:
    for _ in range(SAVED_LIMIT):
        keep(ada)
    refused = ada.order(save_photo="true")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "too_many_saved_photos")
    assert "Delete one" in refused.get_json()["detail"]
    assert ada.order().status_code == 202
    assert ada.order_again(saved(ada)[0], save_photo="true").status_code == 202
    studio.settle()
    assert len(saved(ada)) == SAVED_LIMIT


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "send a photo, or the id of a saved one"),
        ({"saved_photo_id": "x"}, "valid UUID"),
        ({"saved_photo_id": ""}, "valid UUID"),
        ({"saved_photo_id": str(uuid4()), "photo": None}, "not both"),
        ({"saved_photo_id": str(uuid4()), "photo": "words"}, "send the photo as a file"),
        ({"photo": None, "save_photo": "perhaps"}, "valid boolean"),
    ],
)
def test_an_order_has_a_photo_or_names_a_saved_one_and_not_both(ada: Person, form: dict[str, Any], says: str) -> None:
    if form.get("photo", "") is None:
        form = form | {"photo": FileStorage(BytesIO(photo()), filename="me.jpg")}
    response = ada.send_order({"style": "acrylic-standee", **form})
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
    assert any(says in error["message"] for error in response.get_json()["errors"])


def test_while_generation_is_away_a_photo_can_be_saved_and_no_saved_one_used(studio: Studio, ada: Person) -> None:
    kept = keep(ada)
    alone = replace(ada, studio=_without_generation(studio))
    for method in ("GET", "DELETE"):
        assert alone.ask(method, f"/v1/photos/{kept['id']}").status_code == 503
    assert alone.order_again(kept["id"]).status_code == 503
    assert alone.order(save_photo="true").status_code == 202
    studio.settle()
    assert len(saved(ada)) == 2


def test_whoever_orders_otherwise_gets_the_bytes_by_name(studio: Studio, ada: Person) -> None:
    kept = keep(ada)
    with studio.app.test_request_context():
        assert saved_photo_bytes(ada.id, UUID(kept["id"])) == ada.get(f"/v1/photos/{kept['id']}").data
        with pytest.raises(NotFound):
            saved_photo_bytes(uuid4(), UUID(kept["id"]))


def _forever(studio: Studio) -> Any:
    return studio.service.unit.clock.now().replace(year=9999)


def _without_generation(studio: Studio) -> Studio:
    settings = studio.service.settings
    assert isinstance(settings, Settings)
    peers = connect(settings.model_copy(update={"generation_url": "http://127.0.0.1:1"}))
    ports = [peers if isinstance(port, Peers) else port for port in studio.service.ports]
    service = replace(studio.service, ports=ports)
    return replace(studio, service=service, app=create_app(service))
