"""Edits at the public door: a version is a figurine of its own, at its own price, that knows where it comes from."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from common.web import create_app
from gateway.domain.photo import UploadKeys
from gateway.ports import PhotoStore
from gateway.use_cases.figurines import forget_figurine
from generation.domain import GEMINI, STUDIO
from generation.ports import Painting, PaintOrder
from tests.fakes.engine import FakeEngine, card, fails
from tests.integration.gateway.studio import Person, Studio, photo

# A style that either engine paints, and what choosing in it is called.
STYLE = "statuette"


def remembered(order: PaintOrder) -> list[Painting]:
    """Cards that can be gone on from."""
    return [replace(card("teal", (300 + n, 300)), memo=b"as it was") for n in range(order.variants)]


class Remembering(FakeEngine):
    """Gemini's place in the studio: paints from a photo or from earlier pictures, and keeps memos."""

    def paint(self, order: PaintOrder) -> list[Painting]:
        self.orders.append(order)
        return remembered(order)


@pytest.fixture
def gemini() -> Remembering:
    return Remembering(GEMINI)


@pytest.fixture
def studio(studio: Studio, gemini: Remembering) -> Studio:
    """The studio with both engines."""
    engines = {STUDIO: studio.engine, GEMINI: gemini}
    painters = replace(studio.workshop.painters, available=frozenset(engines))
    return replace(studio, workshop=replace(studio.workshop, engines=engines, painters=painters))


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def agreed(studio: Studio, ada: Person) -> Person:
    """Ada, who allows Gemini."""
    assert ada.ask("PUT", "/v1/consents/google_gemini", json={"granted": True}).status_code == 200
    studio.settle()
    return ada


def ordered(studio: Studio, person: Person, **fields: Any) -> dict[str, Any]:
    """A figurine, finished."""
    response = person.order(**{"style": STYLE, "title": "Quillfeather", "options": '{"material": "jade"}', **fields})
    assert response.status_code == 202, response.get_json()
    studio.settle()
    return person.figurine(response.get_json()["id"])


def edit(person: Person, figurine: Any, body: Any = None, *, key: str | None = None) -> TestResponse:
    path = f"/v1/figurines/{figurine if isinstance(figurine, str) else figurine['id']}/edits"
    headers = {"Idempotency-Key": key} if key else {}
    return person.ask("POST", path, json={} if body is None else body, headers=headers)


def edit_with(person: Person, figurine: dict[str, Any], file: bytes, **fields: Any) -> TestResponse:
    """With a photo, as a form."""
    upload = FileStorage(BytesIO(file), filename="me.jpg")
    boundary, data = encode_multipart({**fields, "photo": upload})
    content_type = f"multipart/form-data; boundary={boundary}"
    return person.ask("POST", f"/v1/figurines/{figurine['id']}/edits", data=data, content_type=content_type)


def made(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 202, response.get_json()
    return response.get_json()


def refusal(response: TestResponse) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


def tree(person: Person, figurine: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Its versions, as (id, parent, note, state)."""
    told = person.figurine(figurine["id"])["versions"]
    return [(each["id"], each["parent_id"], each["note"], each["state"]) for each in told]


def test_a_figurine_begins_as_the_only_version_of_itself(studio: Studio, ada: Person) -> None:
    answer = made(ada.order(style=STYLE))
    assert [(version["id"], version["parent_id"]) for version in answer["versions"]] == [(answer["id"], None)]
    assert answer["parent_id"] is None


def test_an_editable_picture_becomes_a_version_with_a_note_and_without_the_photo(
    studio: Studio, agreed: Person, gemini: Remembering
) -> None:
    parent = ordered(studio, agreed, variants=2, aspect_ratio="3:4")
    assert [picture["editable"] for picture in parent["pictures"]] == [True, True]
    before = agreed.get("/v1/credits").get_json()["available"]
    answer = made(edit(agreed, parent, {"note": "  A blue scarf. ", "picture": 2}))
    assert (answer["state"], answer["parent_id"], answer["upload_id"]) == ("received", parent["id"], None)
    assert (answer["title"], answer["aspect_ratio"], answer["variants"]) == ("Quillfeather", "3:4", 1)
    assert answer["options"]["material"] == "jade"
    studio.settle()
    told = agreed.figurine(answer["id"])
    assert (told["state"], told["engine"]) == ("succeeded", "gemini")
    assert agreed.get("/v1/credits").get_json()["available"] == before - answer["price"]
    order = gemini.orders[-1]
    assert (order.photo, order.note, order.title, len(order.history)) == (b"", "A blue scarf.", "Quillfeather", 1)
    assert order.history[0].memo == b"as it was"
    expected = [(parent["id"], None, "", "succeeded"), (answer["id"], parent["id"], "A blue scarf.", "succeeded")]
    assert tree(agreed, parent) == tree(agreed, answer) == expected
    assert told["versions"][1]["picture"] == 2


def test_without_a_change_it_is_the_same_once_more_with_another_seed_unless_asked(
    studio: Studio, agreed: Person, gemini: Remembering
) -> None:
    parent = ordered(studio, agreed)
    made(edit(agreed, parent))
    studio.settle()
    made(edit(agreed, parent, {"same_seed": True}))
    studio.settle()
    first, other, same = (order.seed for order in gemini.orders)
    assert (first == other, first == same) == (False, True)
    statement = agreed.get("/v1/credits/statement").get_json()["items"]
    assert len({item["figurine_id"] for item in statement if item.get("figurine_id")}) == 3


def test_a_figurine_of_the_studio_engine_needs_its_photo_again_and_says_so(studio: Studio, ada: Person) -> None:
    parent = ordered(studio, ada)
    assert parent["pictures"][0]["editable"] is False
    response = edit(ada, parent, {"options": {"material": "gold"}})
    assert refusal(response) == (409, "photo_needed")
    assert response.get_json()["detail"] == (
        "The photo was deleted once the figurine existed, as promised. Send it again with the edit."
    )
    answer = made(edit_with(ada, parent, photo(), options='{"material": "gold"}', title="", variants="2"))
    assert (answer["parent_id"], answer["options"]["material"], answer["title"]) == (parent["id"], "gold", "")
    assert answer["upload_id"] is not None
    studio.settle()
    assert len(ada.figurine(answer["id"])["pictures"]) == 2
    assert [each[1] for each in tree(ada, parent)] == [None, parent["id"]]
    photos = ada.get("/v1/photos").get_json()
    assert answer["upload_id"] in [proof["upload_id"] for proof in photos["proofs"]]


def test_an_edit_without_a_photo_leaves_no_trace_among_the_photos(studio: Studio, agreed: Person) -> None:
    parent = ordered(studio, agreed)
    proofs = agreed.get("/v1/photos").get_json()["proofs"]
    made(edit(agreed, parent, {"note": "Smile."}))
    studio.carry()
    assert agreed.get("/v1/photos").get_json()["uploads"] == []
    studio.settle()
    assert agreed.get("/v1/photos").get_json()["proofs"] == proofs


def test_another_style_is_taken_with_what_it_offers(studio: Studio, agreed: Person, gemini: Remembering) -> None:
    parent = ordered(studio, agreed)
    answer = made(edit(agreed, parent, {"style": "acrylic-standee", "note": "Waving."}))
    assert (answer["style"], "material" in answer["options"]) == ("acrylic-standee", False)
    studio.settle()
    assert gemini.orders[-1].style == "acrylic-standee"


def test_the_same_edit_sent_twice_is_one_version_and_another_under_its_key_is_refused(
    studio: Studio, agreed: Person
) -> None:
    parent = ordered(studio, agreed)
    first = edit(agreed, parent, {"note": "Smile."}, key="k")
    again = edit(agreed, parent, {"note": "Smile."}, key="k")
    assert (made(again)["id"], again.headers["Idempotency-Replayed"]) == (made(first)["id"], "true")
    assert refusal(edit(agreed, parent, {"note": "Frown."}, key="k")) == (409, "idempotency_mismatch")
    studio.settle()
    assert len(tree(agreed, parent)) == 2


def test_of_five_equal_edits_at_once_one_is_made(studio: Studio, agreed: Person) -> None:
    parent = ordered(studio, agreed)
    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: edit(agreed, parent, {"note": "Smile."}, key="k"), range(5)))
    assert len({made(answer)["id"] for answer in answers}) == 1
    studio.settle()
    assert len(tree(agreed, parent)) == 2


def test_what_is_not_finished_or_came_to_nothing_cannot_be_edited(studio: Studio, ada: Person) -> None:
    waiting = made(ada.order(style=STYLE))
    response = edit(ada, waiting, {"note": "Smile."})
    assert refusal(response) == (409, "nothing_to_edit")
    assert response.get_json()["detail"].startswith("This figurine is not finished yet.")
    studio.engine.will(fails("no_picture"))
    studio.settle()
    response = edit(ada, waiting)
    assert refusal(response) == (409, "nothing_to_edit")
    assert "Order it anew" in response.get_json()["detail"]


def test_somebody_elses_a_deleted_and_an_unknown_figurine_are_not_found(studio: Studio, agreed: Person) -> None:
    parent = ordered(studio, agreed)
    assert refusal(edit(studio.sign_up(), parent)) == (404, "not_found")
    assert refusal(edit(agreed, str(uuid4()))) == (404, "not_found")
    assert agreed.ask("DELETE", f"/v1/figurines/{parent['id']}").status_code == 204
    assert refusal(edit(agreed, parent)) == (404, "not_found")


def test_who_has_taken_her_consent_back_is_asked_for_it_again(studio: Studio, agreed: Person) -> None:
    parent = ordered(studio, agreed)
    agreed.ask("PUT", "/v1/consents/google_gemini", json={"granted": False})
    response = edit(agreed, parent, {"note": "Smile."})
    assert refusal(response) == (403, "consent_required")
    assert "send the photo again" in response.get_json()["detail"]
    made(edit_with(agreed, parent, photo(), note="Smile."))
    studio.settle()
    assert [each[3] for each in tree(agreed, parent)] == ["succeeded", "succeeded"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        "smile",
        None,
        7,
        {"picture": 2},
        {"picture": 0},
        {"picture": "one"},
        {"variants": 9},
        {"note": "a" * 301},
        {"note": "a\u0000b"},
        {"note": 7},
        {"title": "a" * 61},
        {"options": {"material": "cheese"}},
        {"options": "jade"},
        {"options": [["material", "jade"]]},
        {"options": {"material": ["jade"]}},
        {"aspect_ratio": "7:1"},
        {"style": "cheese"},
        {"photo": "me.jpg"},
        {"saved_photo_id": "mine"},
    ],
    ids=lambda body: json.dumps(body)[:30],
)
def test_what_makes_no_sense_is_refused_in_words(studio: Studio, finished: Callable[[], Any], body: object) -> None:
    person, parent = finished()
    path = f"/v1/figurines/{parent['id']}/edits"
    response = person.ask("POST", path, data=json.dumps(body), content_type="application/json")
    assert refusal(response) == (400, "invalid_request")
    assert response.get_json()["detail"]


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"[" * 5000])
def test_what_is_no_json_is_refused_too(studio: Studio, finished: Callable[[], Any], data: bytes) -> None:
    person, parent = finished()
    path = f"/v1/figurines/{parent['id']}/edits"
    assert refusal(person.ask("POST", path, data=data, content_type="application/json")) == (400, "invalid_request")


_KEPT: dict[str, Any] = {}


@pytest.fixture
def finished(studio: Studio) -> Callable[[], Any]:
    """Somebody with an editable figurine, for tests of many examples: signing up takes a slow hash."""

    def get() -> Any:
        if not _KEPT:
            person = studio.sign_up()
            person.ask("PUT", "/v1/consents/google_gemini", json={"granted": True})
            studio.settle()
            _KEPT.update(person=person, parent=ordered(studio, person))
        return _KEPT["person"], _KEPT["parent"]

    return get


def test_too_few_credits_are_said_before_anything_is_stored(studio: Studio, agreed: Person) -> None:
    parent = ordered(studio, agreed, variants=4)
    while agreed.get("/v1/credits").get_json()["available"] >= parent["price"] // 4:
        ordered(studio, agreed)
    assert refusal(edit(agreed, parent)) == (402, "insufficient_credits")


def test_when_one_between_is_deleted_its_versions_hang_on_the_one_before(studio: Studio, agreed: Person) -> None:
    root = ordered(studio, agreed)
    between = made(edit(agreed, root, {"note": "one"}))
    studio.settle()
    last = made(edit(agreed, between, {"note": "two"}))
    studio.settle()
    agreed.ask("DELETE", f"/v1/figurines/{between['id']}")
    assert tree(agreed, last) == [(root["id"], None, "", "succeeded"), (last["id"], root["id"], "two", "succeeded")]
    agreed.ask("DELETE", f"/v1/figurines/{root['id']}")
    assert tree(agreed, last) == [(last["id"], None, "two", "succeeded")]
    studio.settle()
    # And it can still be gone on from.
    newest = made(edit(agreed, last, {"note": "three"}))
    studio.settle()
    assert [each[:2] for each in tree(agreed, last)] == [(last["id"], None), (newest["id"], last["id"])]


def test_siblings_whose_root_is_deleted_stay_one_tree(studio: Studio, agreed: Person) -> None:
    root = ordered(studio, agreed)
    first = made(edit(agreed, root))
    second = made(edit(agreed, root))
    studio.settle()
    agreed.ask("DELETE", f"/v1/figurines/{root['id']}")
    assert [each[:2] for each in tree(agreed, first)] == [(first["id"], None), (second["id"], None)]


def test_a_list_tells_the_trees_too(studio: Studio, agreed: Person) -> None:
    root = ordered(studio, agreed)
    child = made(edit(agreed, root))
    alone = ordered(studio, agreed)
    items = {item["id"]: item["versions"] for item in agreed.get("/v1/figurines").get_json()["items"]}
    assert [version["id"] for version in items[root["id"]]] == [root["id"], child["id"]]
    assert items[root["id"]] == items[child["id"]]
    assert [version["id"] for version in items[alone["id"]]] == [alone["id"]]


class Deleting:
    """The real store, and an owner who deletes a figurine while words are put into it."""

    def __init__(self, store: PhotoStore, delete: Callable[[], None]) -> None:
        self._store = store
        self._delete = delete
        self.taken_back: list[UUID] = []

    def put(self, upload_id: UUID, jpeg: bytes | None, *, title: str, note: str, owner: UUID) -> UploadKeys:
        keys = self._store.put(upload_id, jpeg, title=title, note=note, owner=owner)
        self._delete()
        return keys

    def delete(self, upload_id: UUID) -> None:
        self._store.delete(upload_id)
        self.taken_back.append(upload_id)


def test_a_parent_deleted_while_the_edit_is_on_its_way_leaves_nothing_behind(studio: Studio, agreed: Person) -> None:
    parent = ordered(studio, agreed)

    def delete() -> None:
        with studio.service.unit.begin() as work:
            forget_figurine(work, agreed.id, UUID(parent["id"]))

    store = next(port for port in studio.service.ports if isinstance(port, PhotoStore))
    deleting = Deleting(store, delete)
    ports = [deleting if port is store else port for port in studio.service.ports]
    app = create_app(replace(studio.service, ports=ports))
    there = replace(agreed, studio=replace(studio, app=app))
    assert refusal(edit(there, parent, {"note": "Smile."}, key="k")) == (404, "not_found")
    assert len(deleting.taken_back) == 1
    assert agreed.get("/v1/figurines").get_json()["items"] == []


def test_a_parent_deleted_while_its_version_waits_ends_it_at_no_cost(studio: Studio, agreed: Person) -> None:
    parent = ordered(studio, agreed)
    before = agreed.get("/v1/credits").get_json()
    child = made(edit(agreed, parent, {"note": "Smile."}))
    studio.carry()
    agreed.ask("DELETE", f"/v1/figurines/{parent['id']}")
    studio.settle()
    told = agreed.figurine(child["id"])
    assert (told["state"], told["failure"]["code"], told["failure"]["cost"]) == ("failed", "parent_missing", 0)
    assert told["failure"]["sentence"].startswith("The figurine this version comes from was deleted")
    assert agreed.get("/v1/credits").get_json() == before


def test_a_saved_photo_does_as_well_as_one_that_is_sent(studio: Studio, ada: Person) -> None:
    parent = ordered(studio, ada, save_photo="true")
    (kept,) = ada.get("/v1/photos").get_json()["saved"]
    child = made(edit(ada, parent, {"saved_photo_id": kept["id"], "options": {"material": "gold"}}))
    studio.settle()
    assert [each[3] for each in tree(ada, child)] == ["succeeded", "succeeded"]
    assert refusal(edit(ada, parent, {"saved_photo_id": str(uuid4())})) == (404, "not_found")
    both = edit_with(ada, parent, photo(), saved_photo_id=kept["id"])
    assert refusal(both) == (400, "invalid_request")


def test_the_note_of_a_version_lies_sealed(studio: Studio, agreed: Person) -> None:
    child = made(edit(agreed, ordered(studio, agreed), {"note": "periwinkle wool"}))
    with studio.service.unit.database.begin() as connection:
        rows = connection.execute("SELECT f::text FROM figurines f WHERE id = %s", [child["id"]]).fetchall()
        outbox = connection.execute("SELECT convert_from(body, 'UTF8') FROM outbox").fetchall()
    assert rows
    assert not [row for (row,) in [*rows, *outbox] if "periwinkle" in row or b"periwinkle".hex() in row]
