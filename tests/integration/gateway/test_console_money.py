"""The console's rooms of money: two of the studio agree before anything goes back, and its owner reads who looked."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from common.service import Service
from gateway.domain.staff import Role
from tests.integration.gateway.hired import acts_of, colleague
from tests.integration.gateway.studio import Person, Studio
from tests.integration.gateway.test_console import REASON
from tests.integration.gateway.test_console_rooms import accesses, send, show

Bought = Callable[[Person], str]


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def fina(studio: Studio) -> Person:
    return colleague(studio, Role.FINANCE)


@pytest.fixture
def gabe(studio: Studio) -> Person:
    return colleague(studio, Role.FINANCE)


@pytest.fixture
def billing_service(peers: dict[str, Service[Any]]) -> Service[Any]:
    return peers["billing"]


@pytest.fixture
def bought(billing_service: Service[Any]) -> Bought:
    """Somebody paid for a pack, as billing knows it."""

    def buy(person: Person) -> str:
        order_id = str(uuid4())
        with billing_service.unit.database.begin() as connection:
            connection.execute(
                """
                INSERT INTO orders (id, user_id, provider, kind, price_id, catalogue_version, credits, list_amount,
                                    amount, currency, state, payment, amount_paid, created_at, paid_at)
                VALUES (%s, %s, 'stripe', 'pack', 'pack-60-eur', '1', 60, 1299, 1299, 'EUR', 'paid', %s, 1299, now(),
                        now())
                """,
                [order_id, person.id, f"pi_{order_id}"],
            )
        return order_id

    return buy


def test_two_agree_on_the_pages_and_the_proposer_alone_cannot(
    studio: Studio, ada: Person, fina: Person, gabe: Person, bought: Bought
) -> None:
    order_id = bought(ada)
    shown = send(fina, "/operator/refunds/order", order_id=order_id, reason=REASON)
    html = shown.get_data(as_text=True)
    assert (shown.status_code, "12.99 EUR" in html, str(ada.id) in html) == (200, True, False)
    (key,) = re.findall(r'name="key" value="([^"]+)"', html)
    wish = {"order_id": order_id, "amount": "5,00", "currency": "EUR", "key": key, "reason": REASON}
    assert {send(fina, "/operator/refunds", **wish).status_code for _ in range(2)} == {303}
    (proposal,) = [each for each in waiting(fina) if each["order_id"] == order_id]
    assert (proposal["amount"], proposal["proposed_by"]) == (500, str(fina.id))

    assert f"/operator/refunds/{proposal['id']}/approve" not in show(fina, "/operator/refunds")
    alone = fina.ask("POST", f"/v1/operator/refunds/{proposal['id']}/approve")
    assert (alone.status_code, alone.get_json()["code"]) == (409, "own_proposal")
    assert f"/operator/refunds/{proposal['id']}/approve" in show(gabe, "/operator/refunds")
    assert {send(gabe, f"/operator/refunds/{proposal['id']}/approve").status_code for _ in range(2)} == {303}
    decided = gabe.get("/v1/operator/refunds").get_json()["decided"][0]
    assert (decided["state"], decided["refund"]["amount"]) == ("approved", 500)
    assert "being sent" in show(gabe, "/operator/refunds?done=approved")
    assert ("A payment of yours", REASON) in accesses(ada)
    assert set(acts_of(studio, gabe.id)) == {("refund.approve", proposal["id"])}
    assert ("refund.propose", order_id) in acts_of(studio, fina.id)


def waiting(person: Person) -> list[dict[str, Any]]:
    """What waits for a second person."""
    return person.get("/v1/operator/refunds").get_json()["waiting"]


def test_a_proposal_needs_a_key_a_reason_and_an_amount_that_is_there(ada: Person, fina: Person, bought: Bought) -> None:
    order_id = bought(ada)
    wish = {"order_id": order_id, "amount": 500, "reason": REASON}
    assert fina.ask("POST", "/v1/operator/refunds", json=wish).status_code == 400

    def propose(**changes: Any) -> int:
        key = {"Idempotency-Key": uuid4().hex}
        return fina.ask("POST", "/v1/operator/refunds", json={**wish, **changes}, headers=key).status_code

    assert propose(amount=1300) == 409
    assert propose(reason="because") == 400
    assert propose(order_id=str(uuid4())) == 404
    form = {"order_id": order_id, "currency": "EUR", "key": uuid4().hex, "reason": REASON}
    for amount in ("", "a lot", "-1", "1.001", "nan", "1e99"):
        assert send(fina, "/operator/refunds", amount=amount, **form).status_code == 400, amount
    assert propose() == 201
    assert propose() == 409


def test_a_declined_proposal_moves_nothing(ada: Person, fina: Person, gabe: Person, bought: Bought) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    wish = {"order_id": bought(ada), "amount": 500, "reason": REASON}
    proposal = fina.ask("POST", "/v1/operator/refunds", json=wish, headers=key).get_json()["id"]
    declined = send(gabe, f"/operator/refunds/{proposal}/decline")
    assert declined.headers["Location"] == "/operator/refunds?done=declined"
    late = gabe.ask("POST", f"/v1/operator/refunds/{proposal}/approve")
    assert (late.status_code, late.get_json()["code"]) == (409, "conflict")
    order = fina.ask("POST", f"/v1/operator/orders/{wish['order_id']}/open", json={"reason": REASON}).get_json()
    assert (order["refundable"], order["refunds"]) == (1299, [])


def test_the_ledger_shows_each_law_and_rooms_open_by_role(
    studio: Studio, fina: Person, billing_service: Service[Any]
) -> None:
    otto = colleague(studio, Role.OPERATOR)
    for path in ("/v1/operator/ledger", "/v1/operator/refunds"):
        assert (fina.get(path).status_code, otto.get(path).status_code) == (200, 404)
    for path in ("/v1/operator/jobs", "/v1/operator/engines", "/v1/operator/dead-letters"):
        assert (fina.get(path).status_code, otto.get(path).status_code) == (404, 200)
    with billing_service.unit.database.begin() as connection:
        # Looks of other tests, whose clocks may have been ahead.
        connection.execute("DELETE FROM law_looks")
    with billing_service.unit.begin() as work:
        work.law_looks.note({"stale_hold": 2})
    html = show(fina, "/operator/ledger")
    assert "broken 2 times" in html
    assert "Broken: stale hold." in show(fina, "/operator")
    with billing_service.unit.begin() as work:
        work.law_looks.note({"stale_hold": 0})
    assert "Stale hold" in show(fina, "/operator/ledger")
    assert "/operator/jobs" not in show(fina, "/operator")
