"""The process dies at every step of a purchase: what is left is found, and nothing is paid for twice."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from billing.repository import Work
from common.work import UnitOfWork
from ops.emulators.stripe.script import Fault
from tests.fakes.till import BACK, Crash, Till

PACK = {"price_id": "pack-20-eur", "return_url": BACK}
KEY = {"Idempotency-Key": "one-purchase"}


class Mortal(UnitOfWork[Work]):
    """Transactions until death: the n-th one is begun and never commits, or commits and nothing follows."""

    left: list[int]
    after: bool

    @classmethod
    def of(cls, unit: UnitOfWork[Work], lives: int, *, after: bool) -> "Mortal":
        mortal = cls(service=unit.service, database=unit.database, build=unit.build, clock=unit.clock)
        object.__setattr__(mortal, "left", [lives])
        object.__setattr__(mortal, "after", after)
        return mortal

    def begin(self) -> AbstractContextManager[Work]:
        return self._begin()

    @contextmanager
    def _begin(self) -> Iterator[Work]:
        self.left[0] -= 1
        if self.left[0] < 0:
            raise Crash
        dying = self.left[0] == 0
        with super().begin() as work:
            yield work
            if dying and not self.after:
                raise Crash
        if dying:
            raise Crash


def until_death(till: Till, what: Callable[[UnitOfWork[Work]], Any], lives: int, *, after: bool) -> bool:
    """Whether it died on the way."""
    mortal = Mortal.of(till.unit, lives, after=after)
    try:
        what(mortal)
    except Crash:
        return True
    return False


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("lives", range(1, 6))
def test_a_death_at_any_transaction_of_a_look_costs_nothing(till: Till, ada: UUID, lives: int, *, after: bool) -> None:
    order = till.order(ada, "pack-20-eur")
    till.pay(order)
    for event in till.events():
        till.tell(event)

    def look(unit: UnitOfWork[Work]) -> None:
        cashier = replace(till.cashier, unit=unit)
        while cashier.look_at_next():
            pass

    until_death(till, look, lives, after=after)
    till.sweep()
    till.make_due()
    till.work()
    assert till.available(ada) == 20
    assert till.books(ada)["orders"] == [("pack", "pack-20-eur", "paid", 20, 499, 499, 0, "eur")]


@pytest.mark.parametrize("path", ["/v1/customers*", "/v1/checkout/sessions*"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error"])
def test_an_answer_that_never_comes_is_asked_for_with_the_same_key(till: Till, ada: UUID, path: str, kind: str) -> None:
    till.emulator.control.will(Fault(kind=kind, on=f"POST {path}"))  # type: ignore[arg-type] - a literal
    first = till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY)
    assert (first.status_code, first.get_json()["code"]) == (503, "temporarily_unavailable")
    assert int(first.headers["Retry-After"]) > 0

    again = till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY)
    assert again.status_code == 201
    assert len(till.rows("SELECT 1 FROM orders WHERE user_id = %(who)s", ada)) == 1
    client = till.emulator.client()
    assert len(client.v1.customers.list({}).data) == len(client.v1.checkout.sessions.list({}).data) == 1
    till.pay(again.get_json())
    till.sweep()
    assert till.available(ada) == 20


def test_a_page_that_was_made_and_never_recorded_is_found_when_it_is_paid(till: Till, ada: UUID) -> None:
    till.emulator.control.will(Fault(kind="drop_after", on="POST /v1/checkout/sessions*"))
    assert till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY).status_code == 503
    (state,) = till.rows("SELECT state FROM orders WHERE user_id = %(who)s", ada)[0]
    assert state == "new"
    session = till.emulator.client().v1.checkout.sessions.list({}).data[0]
    till.emulator.control.pay(session.id)
    till.sweep()
    assert till.available(ada) == 20


def test_an_order_that_never_reached_the_provider_ends_and_a_late_payment_still_counts(till: Till, ada: UUID) -> None:
    till.emulator.control.will(Fault(kind="drop_before", on="POST /v1/checkout/sessions*"))
    assert till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY).status_code == 503
    till.sweep()
    till.sweep()
    assert till.books(ada)["orders"][0][2] == "cancelled"
    refused = till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")


def test_the_same_request_twice_is_one_order_and_another_under_its_key_is_refused(till: Till, ada: UUID) -> None:
    first = till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY).get_json()
    assert till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY).get_json() == first
    other = till.ask("POST", "/v1/checkout", ada, json=PACK | {"price_id": "pack-60-eur"}, headers=KEY)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_mismatch")
    assert till.order(ada, "pack-20-eur")["order_id"] != first["order_id"]


def test_too_many_requests_are_waited_out(till: Till, ada: UUID) -> None:
    till.emulator.control.will(Fault(kind="error", code=429, on="POST /v1/checkout/sessions*"))
    assert till.ask("POST", "/v1/checkout", ada, json=PACK, headers=KEY).status_code == 201
