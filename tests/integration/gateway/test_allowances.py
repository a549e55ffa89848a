"""What a plan allows, held at the public door and again in the workshop."""

from typing import Any
from uuid import UUID

import pytest

from common.contracts.allowances import FREE
from common.contracts.billing import EntitlementsChanged
from common.service import Service
from gateway.use_cases import payments
from generation import use_cases as workshop
from tests.integration.gateway.studio import Person, Studio

COLLECTOR = {"variants": 6, "resolution": 2560, "shares": 500, "api_rate": 600}


def tell(studio: Studio, peers: dict[str, Service[Any]], who: UUID, version: int, **allowed: int) -> None:
    """Billing has told both services what a person may do."""
    event = EntitlementsChanged(user_id=who, entitlements_version=version, **{**COLLECTOR, **allowed})
    with studio.service.unit.begin() as work:
        payments.note_allowance(work, event)
    with peers["generation"].unit.begin() as work:
        workshop.note_allowance(work, event)


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


def test_without_a_plan_four_pictures_are_ordered_and_for_more_the_plans_are_named(ada: Person) -> None:
    assert ada.order(variants="4").status_code == 202
    refused = ada.order(variants="5")
    assert (refused.status_code, refused.get_json()["code"]) == (402, "plan_needed")
    assert "up to 4 pictures" in refused.get_json()["detail"]
    assert "Collector and Studio allow it" in refused.get_json()["detail"]
    assert "The plan Studio allows it" in ada.order(variants="8").get_json()["detail"]


def test_a_larger_picture_needs_a_plan_and_is_made_with_one(
    studio: Studio, ada: Person, peers: dict[str, Service[Any]]
) -> None:
    size = {"options": '{"resolution": "largest"}'}
    assert ada.order(**size).get_json()["code"] == "plan_needed"
    tell(studio, peers, ada.id, 1)
    assert ada.order(**size).status_code == 202


def test_with_a_plan_six_are_ordered_and_made_and_when_it_ends_four_again(
    studio: Studio, ada: Person, peers: dict[str, Service[Any]]
) -> None:
    tell(studio, peers, ada.id, 1)
    ordered = ada.order(variants="6").get_json()
    studio.settle()
    assert len(ada.figurine(ordered["id"])["pictures"]) == 6
    tell(studio, peers, ada.id, 2, **{name: getattr(FREE, name) for name in COLLECTOR})
    tell(studio, peers, ada.id, 1)
    assert ada.order(variants="6").get_json()["code"] == "plan_needed", "the older word came late"
    assert len(ada.figurine(ordered["id"])["pictures"]) == 6, "what was made stays"


def test_an_order_the_plan_of_which_ended_on_the_way_costs_nothing(
    studio: Studio, ada: Person, peers: dict[str, Service[Any]]
) -> None:
    tell(studio, peers, ada.id, 1)
    before = ada.credits()
    ordered = ada.order(variants="6").get_json()
    tell(studio, peers, ada.id, 2, variants=4)
    studio.settle()
    ended = ada.figurine(ordered["id"])
    assert (ended["state"], ended["failure"]["code"], ended["failure"]["cost"]) == ("rejected", "plan_needed", 0)
    assert ada.credits() == before


def test_an_order_that_overtakes_the_news_of_the_plan_waits_for_it(
    studio: Studio, ada: Person, peers: dict[str, Service[Any]]
) -> None:
    event = EntitlementsChanged(user_id=ada.id, entitlements_version=1, **COLLECTOR)
    with studio.service.unit.begin() as work:
        payments.note_allowance(work, event)
    ordered = ada.order(variants="6").get_json()
    with peers["generation"].unit.begin() as work:
        workshop.note_allowance(work, event)
    studio.settle()
    assert ada.figurine(ordered["id"])["state"] == "succeeded"


def test_links_above_the_allowance_are_refused_and_those_given_out_stay(
    studio: Studio, ada: Person, peers: dict[str, Service[Any]]
) -> None:
    made = [ada.order().get_json()["id"] for _ in range(2)]
    studio.settle()
    tell(studio, peers, ada.id, 1, shares=1)
    first, second = (f"/v1/figurines/{each}/share" for each in made)
    assert ada.ask("POST", first).status_code == 200
    refused = ada.ask("POST", second)
    assert (refused.status_code, refused.get_json()["code"]) == (402, "plan_needed")
    assert ada.ask("POST", first).status_code == 200, "the one there is is told again"
    assert ada.ask("DELETE", first).status_code == 204
    assert ada.ask("POST", second).status_code == 200


def test_requests_of_a_minute_are_counted_and_too_many_have_to_wait(
    studio: Studio, ada: Person, peers: dict[str, Service[Any]]
) -> None:
    tell(studio, peers, ada.id, 1, api_rate=3)
    answers = [ada.get("/v1/figurines") for _ in range(4)]
    statuses = [answer.status_code for answer in answers]
    # What she sent before, to sign up, counted at the old rate.
    assert statuses[0] == 200
    assert statuses[-1] == 429
    refused = answers[-1]
    assert refused.get_json()["code"] == "rate_limited"
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.headers["RateLimit-Policy"] == '"person";q=3;w=60'
    assert refused.headers["RateLimit"].startswith('"person";r=0;t=')
    assert answers[0].headers["RateLimit"].startswith('"person";r=')
    bob = studio.sign_up()
    assert bob.get("/v1/figurines").status_code == 200, "everybody has a minute of her own"


def test_a_picture_is_shown_also_to_who_asked_too_often(
    studio: Studio, ada: Person, peers: dict[str, Service[Any]]
) -> None:
    made = ada.order().get_json()["id"]
    studio.settle()
    tell(studio, peers, ada.id, 1, api_rate=1)
    while ada.get("/v1/figurines").status_code == 200:
        pass
    assert ada.get(f"/v1/figurines/{made}/pictures/1").status_code == 200


def test_the_plan_tells_what_one_may_do(ada: Person) -> None:
    told = ada.get("/v1/subscription").get_json()["entitlements"]
    assert {name: told[name] for name in COLLECTOR} == {name: getattr(FREE, name) for name in COLLECTOR}
    offered = ada.get("/v1/catalogue").get_json()
    assert offered["free"]["shares"] == FREE.shares
    assert {plan["entitlements"]["variants"] for plan in offered["plans"]} == {6, 8}
