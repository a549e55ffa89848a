"""Orders that can wait: for half the credits, where Gemini paints and the person agreed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.contracts import EVENTS, decode
from common.contracts.gateway import ImageUploaded
from common.contracts.generation import FigurineRequested
from gateway.domain.styles import Style
from tests.integration.gateway.studio import Person, Studio, photo

PATH = "/v1/consents/google_gemini"


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def styles(studio: Studio) -> Iterator[dict[str, Style]]:
    """As a studio with Gemini has them: statuettes for three credits can wait, and cost two more in jade."""
    with studio.service.unit.begin() as work:
        found = work.styles.all()
    changed = [_with_gemini(style) if style.id == "statuette" else style for style in found]
    with studio.service.unit.begin() as work:
        work.styles.replace(changed)
    yield {style.id: style for style in changed}
    with studio.service.unit.begin() as work:
        work.styles.replace(found)


def _with_gemini(style: Style) -> Style:
    options = [
        replace(
            option,
            choices=tuple(replace(choice, surcharge=2) if choice.id == "jade" else choice for choice in option.choices),
        )
        for option in style.options
    ]
    return replace(style, price=3, batch=True, options=tuple(options))


def allow(person: Person) -> None:
    assert person.ask("PUT", PATH, json={"granted": True}).status_code == 200
    person.studio.carry()


def recorded(studio: Studio, kind: type[Any], service: str = "gateway") -> list[Any]:
    (room,) = [room for room in studio.rooms if room.unit.service == service]
    with room.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
    return [event for (body,) in rows if isinstance(event := decode(body, EVENTS).event, kind)]


@pytest.mark.usefixtures("styles")
def test_who_can_wait_pays_half_rounded_down_and_is_told_until_when(studio: Studio, ada: Person) -> None:
    allow(ada)
    response = ada.order(style="statuette", variants="2", delivery="batch", options='{"material": "jade"}')
    assert response.status_code == 202, response.get_json()
    figurine = response.get_json()
    assert (figurine["delivery"], figurine["price"]) == ("batch", 2 * 2)
    made, ready = (datetime.fromisoformat(figurine[name]) for name in ("created_at", "ready_by"))
    assert ready - made == timedelta(hours=24)
    (uploaded,) = recorded(studio, ImageUploaded)
    assert (uploaded.delivery, uploaded.unit_price) == ("batch", 2)
    studio.carry()
    assert ada.credits() == {"available": 6, "held": 4}
    assert ada.figurine(figurine["id"])["ready_by"] == figurine["ready_by"]


@pytest.mark.usefixtures("styles")
def test_what_is_chosen_counts_and_what_is_not_does_not(ada: Person) -> None:
    prices = [
        ada.order(style="statuette", options=f'{{"material": "{material}"}}').get_json()["price"]
        for material in ("bronze", "jade")
    ]
    assert prices == [3, 5]
    wall = {item["id"]: item for item in ada.get("/v1/styles").get_json()["items"]}
    (material,) = [option for option in wall["statuette"]["options"] if option["id"] == "material"]
    assert {choice["id"]: choice["surcharge"] for choice in material["choices"]}["jade"] == 2
    assert (wall["statuette"]["batch"], wall["window-box"]["batch"]) == (True, False)


@pytest.mark.usefixtures("styles")
def test_only_who_agreed_to_gemini_can_wait_also_where_the_studio_could_paint(ada: Person) -> None:
    response = ada.order(style="statuette", delivery="batch")
    assert (response.status_code, response.get_json()["code"]) == (403, "consent_required")
    assert "within a day" in response.get_json()["detail"]
    assert ada.order(style="statuette").status_code == 202


@pytest.mark.parametrize(("delivery", "says"), [("batch", "made at once"), ("tomorrow", "see errors"), ("", "see err")])
def test_what_cannot_wait_is_refused_with_a_reason(ada: Person, delivery: str, says: str) -> None:
    response = ada.order(style="window-box", delivery=delivery)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_request")
    assert says in response.get_json()["detail"]


@pytest.mark.usefixtures("styles")
def test_the_same_key_with_another_delivery_is_another_order(ada: Person) -> None:
    allow(ada)
    file = photo()
    first = ada.order(file, key="d", style="statuette")
    assert ada.order(file, key="d", style="statuette", delivery="now").get_json() == first.get_json()
    other = ada.order(file, key="d", style="statuette", delivery="batch")
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_mismatch")


def test_a_price_that_changes_under_way_is_the_one_that_was_agreed(
    studio: Studio, ada: Person, styles: dict[str, Style]
) -> None:
    figurine = ada.order(style="statuette").get_json()
    with studio.service.unit.begin() as work:
        work.styles.replace([replace(style, price=9) for style in styles.values()])
    studio.carry()
    assert figurine["price"] == 3
    assert ada.credits() == {"available": 7, "held": 3}
    studio.settle()
    assert ada.credits() == {"available": 7, "held": 0}
    assert ada.figurine(figurine["id"])["price"] == 3
    assert recorded(studio, FigurineRequested, "generation") == []
