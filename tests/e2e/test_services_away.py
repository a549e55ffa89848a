"""A service that is away hurts its own routes only, and what was ordered meanwhile is made when it is back."""

from collections.abc import Iterator

import pytest

from ops.embedded.waiting import until
from tests.fixtures.customer import TRIAL_CREDITS, Customer, expect
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow


@pytest.fixture
def person(stack: RunningStack) -> Iterator[Customer]:
    person = Customer(stack)
    person.wait_for_credits()
    yield person
    person.close()


def test_while_billing_is_away_balances_cannot_be_read_and_orders_are_taken(
    stack: RunningStack, person: Customer
) -> None:
    with stack.without("billing-web", "billing-worker"):
        refused = person.http.get("/v1/credits")
        assert expect(503, refused)["code"] == "temporarily_unavailable"
        assert int(refused.headers["Retry-After"]) > 0
        ordered = expect(202, person.order())["id"]
        until(lambda: person.figurine(ordered)["state"] == "priced", "The price", seconds=30)
    assert person.wait_until_ended(ordered)["state"] == "succeeded"
    until(lambda: person.credits() == {"available": TRIAL_CREDITS - 1, "held": 0}, "The charge", seconds=30)


def test_while_generation_is_away_orders_are_taken_and_made_when_it_is_back(
    stack: RunningStack, person: Customer
) -> None:
    with stack.without("generation-web", "generation-worker"):
        ordered = expect(202, person.order())["id"]
        assert person.figurine(ordered)["state"] == "received"
        assert person.http.get("/v1/photos").status_code == 503
        assert person.get("styles")["items"]
        assert person.get("credits")["available"] == TRIAL_CREDITS
    assert person.wait_until_ended(ordered)["state"] == "succeeded"


def test_while_privacy_and_analytics_are_away_figurines_are_made_and_proven_later(
    stack: RunningStack, person: Customer
) -> None:
    with stack.without("privacy-web", "privacy-worker", "analytics-web", "analytics-worker"):
        ordered = expect(202, person.order())["id"]
        assert person.wait_until_ended(ordered)["state"] == "succeeded"
        assert person.http.get("/v1/usage").status_code == 503
    until(lambda: person.get("usage")["figurines"] == 1, "The count", seconds=30)
    until(lambda: len(person.get("photos")["proofs"]) == 1, "The proof", seconds=30)
