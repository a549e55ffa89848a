"""Promises T2 and T5 beside an emulated Stripe: whom it was told of is on record, and one missing there is found."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from billing.adapters.disclosing import DisclosingProvider
from billing.inventory import INVENTORY
from billing.jobs.providers_seen import look_for_untold_calls, look_who_takes_payments, provider_probes
from billing.ports import PaymentProvider
from billing.repository import Work
from billing.wiring import on_record
from common.clock import SYSTEM_CLOCK
from common.database import Database
from common.inventory.expiring import forget_expired, put_right
from common.probes import Finding, Found, Look
from common.work import UnitOfWork
from tests.fakes.leftovers import clear
from tests.fakes.till import Till
from tests.fixtures.stripe import RunningStripe
from tests.fixtures.till import till_at
from tests.integration.payments.test_giving_back import PACK, buy, give_back

WAYS = ["stripe", "transfer"]


@pytest.fixture
def till(till_dsn: str, till_database: Database, stripe_emulator: RunningStripe) -> Iterator[Till]:
    clear("billing", till_database)
    unit = UnitOfWork(service="billing", database=till_database, build=Work)

    def hire(provider: PaymentProvider) -> DisclosingProvider:
        return on_record(provider, unit)

    yield till_at(till_dsn, till_database, stripe_emulator, hire=hire)
    clear("billing", till_database)


@pytest.fixture
def look(till: Till) -> Look:
    return Look(database=till.database, clock=SYSTEM_CLOCK)


@pytest.fixture
def calls(look: Look) -> Callable[[], Finding]:
    return lambda: look_for_untold_calls(look, ["stripe"])


def change(till: Till, statement: str, *values: object) -> None:
    with till.database.begin() as connection:
        connection.execute(statement.encode(), values)


def test_what_stripe_heard_of_is_on_record(till: Till, ada: UUID, calls: Callable[[], Finding]) -> None:
    assert (calls().state, calls().figures["calls"]) == (Found.KEPT, 0)
    order = buy(till, ada)
    assert give_back(till, ada, order).status_code == 202
    till.work()
    till.order(ada, PACK)
    found = calls()
    assert (found.state, found.figures["calls"]) == (Found.KEPT, 3), found


@pytest.mark.parametrize("kind", ["order", "refund"])
def test_one_record_that_is_missing_is_found(till: Till, ada: UUID, calls: Callable[[], Finding], kind: str) -> None:
    assert give_back(till, ada, buy(till, ada)).status_code == 202
    till.work()
    till.order(ada, PACK)
    assert calls().state is Found.KEPT
    change(
        till, "DELETE FROM disclosures WHERE id = (SELECT max(id::text)::uuid FROM disclosures WHERE kind = %s)", kind
    )
    found = calls()
    assert (found.state, found.figures["untold"]) == (Found.BROKEN, 1)


def test_who_left_has_no_records_and_is_not_missed(till: Till, ada: UUID, calls: Callable[[], Finding]) -> None:
    buy(till, ada)
    change(till, "INSERT INTO departures (user_id, asked_at) VALUES (%s, now())", ada)
    change(till, "DELETE FROM disclosures WHERE user_id = %s", ada)
    assert (calls().state, calls().figures["calls"]) == (Found.KEPT, 0)


def test_a_record_cannot_be_changed_by_the_service(till: Till, ada: UUID) -> None:
    till.order(ada, PACK)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        change(till, "UPDATE disclosures SET kind = 'nothing'")


def test_a_record_from_a_clock_that_ran_ahead_is_put_right_and_forgotten_after_a_month(till: Till, ada: UUID) -> None:
    till.order(ada, PACK)
    change(till, "UPDATE disclosures SET at = at + interval '9 years'")
    with till.database.begin() as connection:
        assert put_right(connection, INVENTORY, SYSTEM_CLOCK.now())["disclosures"] == 2
        later = SYSTEM_CLOCK.now() + timedelta(days=31)
        assert forget_expired(connection, INVENTORY, later)["disclosures"] == 2


def test_who_was_paid_is_one_of_the_ways_to_pay(till: Till, ada: UUID, look: Look) -> None:
    order = buy(till, ada)
    found = look_who_takes_payments(look, WAYS, live=False)
    assert (found.state, found.figures["beside"], found.figures["paid"]) == (Found.KEPT, 1, 1)
    assert "test mode" in found.checked
    change(till, "UPDATE orders SET provider = 'somebody' WHERE id = %s", order)
    assert look_who_takes_payments(look, WAYS, live=False).state is Found.BROKEN


def test_without_stripe_there_is_nothing_to_keep(look: Look) -> None:
    found = {probe.promise: probe.check(look).state for probe in provider_probes(["transfer"], [], live=False)}
    assert found == {"T2": Found.NOT_APPLICABLE, "T5": Found.NOT_APPLICABLE}
