"""What is chosen with a style: checked at the door, remembered, and told to whoever paints."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from common.contracts import EVENTS, decode
from common.contracts.gateway import ImageUploaded
from common.database import Database
from generation.adapters.studio.render import STYLES
from tests.fixtures.photo_files import cornered, encoded
from tests.integration.gateway.studio import Person, Studio, photo

DEFAULTS = {"backdrop": "auto", "resolution": "standard"}
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def stored(studio: Studio) -> Callable[[], int]:
    """How many photos wait in the store."""
    return lambda: len(list(studio.workshop.photos.strays(older_than=_FOREVER)))


def chosen(**options: str) -> str:
    return json.dumps(options)


def style(studio: Studio, style_id: str) -> dict[str, Any]:
    items = studio.client().get("/v1/styles").get_json()["items"]
    return next(item for item in items if item["id"] == style_id)


def test_what_was_chosen_is_shown_told_and_painted(studio: Studio, ada: Person) -> None:
    response = ada.order(style="window-box", title="Ada", note="a red scarf", options=chosen(backdrop="dark"))
    assert response.status_code == 202
    wanted = DEFAULTS | {"backdrop": "dark"}
    assert response.get_json()["options"] == wanted
    (uploaded,) = [event for event in _recorded(studio) if isinstance(event, ImageUploaded)]
    assert uploaded.options == wanted
    studio.settle()
    painted = studio.engine.orders[-1]
    assert painted.options == wanted
    assert '{"title": "Ada", "note": "a red scarf"}' in painted.prompt
    assert ada.figurine(response.get_json()["id"])["options"] == wanted


def test_an_order_that_chooses_nothing_has_every_default(ada: Person) -> None:
    assert ada.order().get_json()["options"] == DEFAULTS
    assert ada.order(options="{}").get_json()["options"] == DEFAULTS


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (chosen(ring="gold"), "Acrylic standee has backdrop: auto, warm, cool, dark, paper; resolution:"),
        (chosen(backdrop="plaid"), "For backdrop, choose one of these: auto, warm, cool, dark, paper"),
        (chosen(material="jade"), "There is no such option"),
        ("", "see errors"),
        ("backdrop=warm", "see errors"),
        ('["backdrop"]', "see errors"),
        ('{"backdrop": 1}', "see errors"),
        ('{"backdrop": {"id": "warm"}}', "see errors"),
        ('{"backdrop": "' + "x" * 61 + '"}', "see errors"),
        ("[" * 5000, "see errors"),
        ('{"\\u0000": "\\ud800"}', ""),
    ],
)
def test_options_that_cannot_be_had_are_refused_with_what_there_is(
    ada: Person, stored: Callable[[], int], options: str, says: str
) -> None:
    before = stored()
    response = ada.order(options=options)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
    assert says in response.get_json()["detail"]
    assert stored() == before


def test_a_style_nobody_here_paints_is_seen_but_not_sold(
    studio: Studio, ada: Person, stored: Callable[[], int]
) -> None:
    offered = style(studio, "desk-statue")
    assert (offered["available"], offered["engines"]) == (False, ["gemini"])
    before = stored()
    response = ada.order(style="desk-statue")
    assert (response.status_code, response.get_json()["code"]) == (409, "conflict")
    assert offered["unavailable_because"] in response.get_json()["detail"]
    studio.settle()
    assert stored() == before
    assert ada.credits() == {"available": 10, "held": 0}


def test_exactly_what_an_engine_of_this_studio_paints_is_sold(studio: Studio) -> None:
    items = studio.client().get("/v1/styles").get_json()["items"]
    assert len(items) == 16
    assert {item["id"] for item in items if item["available"]} == set(STYLES)
    assert all(item["available"] == (item["unavailable_because"] is None) for item in items)


def test_the_wall_shows_samples_options_and_shapes(studio: Studio) -> None:
    box = style(studio, "window-box")
    assert box["sample"] == "/static/samples/window-box.jpg"
    with studio.client().get(box["sample"]) as sample:
        assert sample.content_type == "image/jpeg"
    assert (box["max_variants"], box["aspect_ratios"][0]) == (4, "1:1")
    assert {option["id"]: option["choices"][0]["id"] for option in box["options"]} == DEFAULTS
    assert style(studio, "plush")["sample"] is None


def test_other_options_are_another_order_and_the_same_in_another_order_are_not(ada: Person) -> None:
    file = photo()
    first = ada.order(file, key="o", options='{"backdrop": "warm", "resolution": "large"}')
    again = ada.order(file, key="o", options='{"resolution":"large","backdrop":"warm"}')
    assert (again.status_code, again.get_json()) == (202, first.get_json())
    other = ada.order(file, key="o", options='{"backdrop": "cool", "resolution": "large"}')
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_mismatch")
    none = ada.order(file, key="o")
    assert (none.status_code, none.get_json()["code"]) == (409, "idempotency_mismatch")


def test_an_answered_order_is_answered_again_after_its_style_has_gone(studio: Studio, ada: Person) -> None:
    file = photo()
    first = ada.order(file, key="gone", style="window-box")
    with studio.service.unit.begin() as work:
        styles = work.styles.all()
        work.styles.replace([each for each in styles if each.id != "window-box"])
    try:
        assert ada.order(file, key="gone", style="window-box").get_json() == first.get_json()
        assert ada.order(file, style="window-box").status_code == 400
    finally:
        with studio.service.unit.begin() as work:
            work.styles.replace(styles)


def test_a_copy_of_the_catalogue_from_before_there_were_options_still_sells(studio: Studio, ada: Person) -> None:
    with studio.service.unit.begin() as work:
        styles = work.styles.all()
    _forget_options(studio.service.unit.database)
    try:
        ordered = ada.order(encoded(cornered(), "JPEG"))
        assert (ordered.status_code, ordered.get_json()["options"]) == (202, {})
        assert ada.order(options=chosen(backdrop="warm")).status_code == 400
    finally:
        with studio.service.unit.begin() as work:
            work.styles.replace(styles)


def test_the_form_says_that_options_are_json(studio: Studio) -> None:
    document = studio.client().get("/openapi.json").get_json()
    form = document["paths"]["/v1/figurines"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    schema = document["components"]["schemas"][form["$ref"].rsplit("/", 1)[1]] if "$ref" in form else form
    options = schema["properties"]["options"]
    assert (options["type"], "options" in schema["required"]) == ("string", False)
    assert 'A JSON object, as in {"backdrop": "warm"}' in options["description"]


def _recorded(studio: Studio) -> list[Any]:
    with studio.service.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
    return [decode(body, EVENTS).event for (body,) in rows]


def _forget_options(database: Database) -> None:
    with database.begin() as connection:
        connection.execute("UPDATE styles SET style = style - 'options' - 'sample' - 'unavailable_because'")
