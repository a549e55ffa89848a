"""What the provider tells: in any order, any number of times, or never."""

from typing import Any
from uuid import UUID

import pytest

from ops.emulators.stripe.script import Mishap
from tests.fakes.till import Till

Event = dict[str, Any]


def relevant(events: list[Event]) -> list[Event]:
    """Those that lead to a look."""
    return [event for event in events if event["type"].split(".")[0] not in {"customer", "product", "price"}]


def test_a_webhook_that_comes_twice_is_taken_once(till: Till, ada: UUID) -> None:
    till.pay(till.order(ada, "pack-20-eur"))
    event = relevant(till.events())[-1]
    assert [till.tell(event).get_json()["new"] for _ in range(3)] == [True, False, False]
    till.work()
    assert till.tell(event).get_json() == {"new": False}
    till.work()
    assert till.available(ada) == 20


@pytest.mark.parametrize("shift", [-400, 400])
def test_a_webhook_that_is_too_old_or_of_the_future_is_refused(till: Till, ada: UUID, shift: int) -> None:
    till.pay(till.order(ada, "pack-20-eur"))
    refused = till.tell(till.events()[-1], at=int(till.clock.now().timestamp()) + shift)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_request")
    assert till.rows("SELECT 1 FROM payment_events") == []


def test_a_webhook_with_another_signature_or_of_the_live_world_is_refused(till: Till, ada: UUID) -> None:
    till.pay(till.order(ada, "pack-20-eur"))
    event = till.events()[-1]
    assert till.tell(event, secret="whsec_of_somebody_else").status_code == 400
    assert till.tell(event | {"livemode": True}).status_code == 400
    assert till.rows("SELECT 1 FROM payment_events") == []


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b"", ""),
        (b"\xff\xfe", "t=1,v1=00"),
        (b"{}", "t=99999999999999999999,v1=00"),
        (b"[]", "v1=00"),
        (b"null", "t=,v1="),
    ],
)
def test_rubbish_at_the_webhook_is_refused(till: Till, body: bytes, signature: str) -> None:
    headers = {"Stripe-Signature": signature}
    assert till.ask("POST", "/v1/payments/stripe/webhook", None, data=body, headers=headers).status_code == 400


def test_there_is_no_webhook_of_a_provider_that_does_not_exist(till: Till) -> None:
    assert till.ask("POST", "/v1/payments/acme/webhook", None, data=b"{}").status_code == 404


def test_a_payment_of_nobodys_order_changes_nothing_and_is_not_asked_for_again(till: Till) -> None:
    client = till.emulator.client()
    client.v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    till.sweep()
    assert till.rows("SELECT 1 FROM orders") == till.rows("SELECT 1 FROM looks") == []


def test_handled_messages_are_forgotten_and_waiting_ones_are_not(till: Till, ada: UUID) -> None:
    till.pay(till.order(ada, "pack-20-eur"))
    events = relevant(till.events())
    for event in events[:-1]:
        till.tell(event)
    till.work()
    till.tell(events[-1])
    with till.database.begin() as connection:
        connection.execute("UPDATE payment_events SET handled_at = handled_at - interval '31 days'")
    till.cashier.prune()
    assert [row[0] for row in till.rows("SELECT event_id FROM payment_events")] == [events[-1]["id"]]


def test_the_kinds_of_mishap_are_those_of_the_emulator() -> None:
    # Lost, doubled, late and disordered ones are above; signed wrongly, too late or as live they are refused.
    assert {kind.value for kind in Mishap} == {
        "drop", "duplicate", "delay", "hold", "wrong_signature", "old_timestamp", "livemode",
    }  # fmt: skip
