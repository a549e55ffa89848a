"""Kill -9 at every step of a purchase: another process goes on, and what was paid once is granted once."""

import signal
from multiprocessing import get_context
from uuid import UUID

import pytest

from tests.fakes.till import BACK, Till
from tests.integration.payments.mortal_till import KEY, PACK, Moment, Place, buy
from tests.integration.payments.test_giving_back import broken

# Imports once, then forks: each purchase is a process of its own, and begins at once.
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.integration.payments.mortal_till"])
_PATIENCE_SECONDS = 60


def kill(till: Till, dsn: str, who: UUID, moment: Moment) -> None:
    """Somebody buys, and the process of billing is killed at that moment."""
    emulator = till.emulator
    place = Place(dsn=dsn, base_url=emulator.base_url, key=emulator.key, webhook_secret=emulator.webhook_secret)
    process = _PROCESSES.Process(target=buy, args=(place, who, moment))
    process.start()
    process.join(_PATIENCE_SECONDS)
    assert process.exitcode == -signal.SIGKILL


def go_on(till: Till, who: UUID) -> None:
    """The browser asks once more, the person pays if she has not, and the jobs do the rest, twice."""
    wish = {"price_id": PACK, "return_url": BACK}
    order = till.ask("POST", "/v1/checkout", who, json=wish, headers={"Idempotency-Key": KEY}).get_json()
    if till.emulator.client().v1.checkout.sessions.retrieve(till.reference(order["order_id"])).status == "open":
        assert till.pay(order) is None
    for _ in range(2):
        till.make_due()
        till.sweep()


def unlawful(till: Till, who: UUID) -> list[str]:
    """The laws of the books that are broken."""
    with till.unit.begin() as work:
        found = {**work.audits.people_add_up([who]), **work.audits.postings_add_up([who])}
    return [law for law, offenders in {**found, **broken(till)}.items() if offenders]


@pytest.mark.parametrize("moment", Moment)
def test_killed_at_any_step_of_a_purchase_it_is_paid_once_and_granted_once(
    till: Till, till_dsn: str, ada: UUID, moment: Moment
) -> None:
    kill(till, till_dsn, ada, moment)
    assert unlawful(till, ada) == []
    go_on(till, ada)

    stripe = till.emulator.client().v1
    (customer,) = stripe.customers.list({}).data
    assert [session.status for session in stripe.checkout.sessions.list({}).data] == ["complete"]
    assert till.emulator.control.books().customers[customer.id].paid == 499
    assert till.rows("SELECT reference FROM customers WHERE user_id = %(who)s", ada) == [(customer.id,)]
    books = till.books(ada)
    assert books["orders"] == [("pack", PACK, "paid", 20, 499, 499, 0, "eur")]
    assert (books["lots"], books["balance"]) == ([("pack", 20, 20, 0, False)], [(20, 0)])
    assert till.rows("SELECT kind FROM invoices WHERE user_id = %(who)s", ada) == [("receipt",)]
    assert till.rows("SELECT type FROM outbox ORDER BY type") == [("credits.granted",), ("payment.received",)]
    assert unlawful(till, ada) == []
