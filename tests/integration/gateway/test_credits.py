"""Credits at the public door: what is offered, which lots there are, and gift codes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from billing.domain.codes import TRIES, Worth
from billing.use_cases import codes
from billing.use_cases.codes import Terms
from common.service import Service
from tests.integration.gateway.studio import ORIGIN, Person, Studio


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def gift(peers: dict[str, Service[Any]]) -> str:
    """A code for seven credits, as somebody types it."""
    with peers["billing"].unit.begin() as work:
        return codes.create(work, Worth(credits=7, expires_after_days=30), Terms(label="test")).lower()


def redeem(person: Person, code: str, key: str | None = None) -> TestResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return person.ask("POST", "/v1/credits/codes", json={"code": code}, headers=headers)


def test_everybody_sees_what_is_offered_and_may_keep_it_for_minutes(studio: Studio) -> None:
    response = studio.client().get("/v1/catalogue", base_url=ORIGIN)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "public, max-age=300")
    told = response.get_json()
    assert {"price_id", "name", "credits", "amount", "currency"} <= told["packs"][0].keys()
    assert {plan["interval"] for plan in told["plans"]} == {"month", "year"}
    assert told["trial"]["credits"] == 10


def test_the_balance_tells_until_when_its_credits_can_be_spent(ada: Person, gift: str) -> None:
    answer = redeem(ada, gift)
    assert (answer.status_code, answer.get_json()["credits"]) == (201, 7)
    told = ada.get("/v1/credits").get_json()
    assert (told["available"], told["frozen"]) == (17, 0)
    assert [(lot["kind"], lot["credits"]) for lot in told["lots"]] == [("gift", 7), ("trial", 10)]
    ends = [datetime.fromisoformat(lot["expires_at"]) for lot in told["lots"]]
    assert timedelta(days=59) < ends[1] - ends[0] < timedelta(days=61)
    newest = ada.get("/v1/credits/statement").get_json()["items"][0]
    assert (newest["kind"], newest["lot_kind"], newest["credits"]) == ("gift", "gift", 7)
    assert newest["reason"].startswith("Gift code: to be spent until ")


def test_the_same_request_gives_the_same_answer_and_another_under_its_key_is_refused(
    ada: Person, gift: str, peers: dict[str, Service[Any]]
) -> None:
    first = redeem(ada, gift, "one")
    again = redeem(ada, gift, "one")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    with peers["billing"].unit.begin() as work:
        other = codes.create(work, Worth(credits=1), Terms(label="test"))
    refused = redeem(ada, other, "one")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "idempotency_mismatch")
    assert ada.credits()["available"] == 17


def test_a_code_says_what_it_is_good_for_before_it_is_used(
    ada: Person, gift: str, peers: dict[str, Service[Any]]
) -> None:
    def check(code: str) -> dict[str, Any]:
        return ada.ask("POST", "/v1/credits/codes/check", json={"code": code}).get_json()

    with peers["billing"].unit.begin() as work:
        coupon = codes.create(work, Worth(percent=10), Terms(label="test"))
    for _ in range(TRIES):
        told = check(gift)
        assert (told["kind"], told["credits"]) == ("gift", 7)
    assert (check(coupon)["kind"], check(coupon)["percent"]) == ("coupon", 10)
    assert redeem(ada, gift).status_code == 201
    assert check(gift)["detail"] == "You have used this code already."
    assert check("NONESUCH")["code"] == "not_found"


def test_a_code_that_was_used_says_so(ada: Person, gift: str) -> None:
    redeem(ada, gift)
    refused = redeem(ada, gift)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    assert refused.get_json()["detail"] == "You have used this code already."


def test_after_a_few_wrong_codes_one_has_to_wait_with_the_right_one_too(ada: Person, gift: str) -> None:
    answers = [redeem(ada, f"WRONG-{n}") for n in range(TRIES)]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(404, "not_found")}
    refused = redeem(ada, gift)
    assert (refused.status_code, refused.get_json()["code"]) == (429, "rate_limited")
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert ada.credits()["available"] == 10
