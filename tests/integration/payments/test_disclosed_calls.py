"""What Stripe is told of a person is on record, call by call: also what was never answered, or died on the way."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import pytest

from billing.adapters.disclosing import DisclosingProvider
from billing.ports import PaymentProvider
from billing.repository import Work
from billing.wiring import on_record
from common.contracts import EVENTS, decode
from common.contracts.generation import PartnerDisclosed
from common.database import Database
from common.work import UnitOfWork
from ops.emulators.stripe.script import Fault
from tests.fakes.leftovers import clear
from tests.fakes.till import BACK, Till
from tests.fixtures.stripe import RunningStripe
from tests.fixtures.till import till_at
from tests.integration.payments.test_plans import STUDIO, subscribe, wish

PACK = "pack-60-eur"
# What tells Stripe something of a person; prices and coupons are nobody's, and asking tells it nothing.
PERSONAL = ("/v1/customers", "/v1/checkout/sessions", "/v1/billing_portal", "/v1/refunds", "/v1/subscriptions")


@pytest.fixture
def till(till_dsn: str, till_database: Database, stripe_emulator: RunningStripe) -> Iterator[Till]:
    clear("billing", till_database)
    unit = UnitOfWork(service="billing", database=till_database, build=Work)

    def hire(provider: PaymentProvider) -> DisclosingProvider:
        return on_record(provider, unit)

    yield till_at(till_dsn, till_database, stripe_emulator, hire=hire)
    clear("billing", till_database)


def disclosed(till: Till, who: UUID) -> list[PartnerDisclosed]:
    with till.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox WHERE type = 'partner.disclosed' ORDER BY seq").fetchall()
    events = [decode(body, EVENTS).event for (body,) in rows]
    return [event for event in events if isinstance(event, PartnerDisclosed) and event.user_id == who]


def calls_that_tell(till: Till) -> int:
    return sum(
        call.method in {"POST", "DELETE"} and call.path.startswith(PERSONAL) for call in till.emulator.control.calls()
    )


def test_every_call_that_tells_something_is_one_disclosure(till: Till, ada: UUID) -> None:
    subscribe(till, ada)
    till.pay(till.order(ada, PACK))
    for verb, body in (("change", {"price_id": STUDIO}), ("cancel", {}), ("resume", {})):
        assert wish(till, ada, verb, **body).status_code == 200
    assert till.ask("POST", "/v1/billing-portal", ada, json={"return_url": BACK}).status_code == 200
    told = disclosed(till, ada)
    assert len(told) == calls_that_tell(till)
    assert Counter(event.kind for event in told) == {"customer_id": 2, "order": 2, "plan": 3}
    assert {(event.partner, event.purpose, event.tier) for event in told} == {("stripe", "U7", "processor")}
    assert len({event.disclosure_id for event in told}) == len(told)


def test_a_call_that_was_never_answered_may_have_arrived_and_is_on_record(till: Till, ada: UUID) -> None:
    till.emulator.control.will(Fault(kind="drop_after", on="POST /v1/checkout/sessions*"))
    sent = {"price_id": PACK, "return_url": BACK}
    assert till.ask("POST", "/v1/checkout", ada, json=sent).status_code == 503
    assert [event.kind for event in disclosed(till, ada)] == ["customer_id", "order"]
    assert calls_that_tell(till) == 2


def test_whoever_dies_over_a_call_has_written_it_down_before(till: Till, ada: UUID) -> None:
    class Dies(BaseException):
        """The process died here."""

    class Deadly(DisclosingProvider):
        def ensure_customer(self, user_id: UUID) -> str | None:  # noqa: ARG002 - the port's signature
            raise Dies

    unit = UnitOfWork(service="billing", database=till.database, build=Work)
    with suppress(Dies):
        on_record(Deadly(till.provider, lambda _call: None), unit).ensure_customer(ada)
    assert [event.kind for event in disclosed(till, ada)] == ["customer_id"]


def test_a_call_about_nobody_any_more_is_nobodys_disclosure(till: Till, ada: UUID) -> None:
    with suppress(Exception):
        till.provider.cancel_at_period_end("sub_of_somebody_gone", key="one")
    assert disclosed(till, ada) == []
