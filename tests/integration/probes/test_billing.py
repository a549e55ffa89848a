"""What billing looks at besides its books: plans, and corrections that have to be followed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from billing.jobs.kept import KEPT
from common.clock import SYSTEM_CLOCK, MovableClock
from common.database import Connection
from common.probes import Finding, Found, Look

HOUR = timedelta(hours=1)


class Till:
    """People with plans, and what is seen of them."""

    def __init__(self, owner: Connection, look: Look, clock: MovableClock) -> None:
        self._owner = owner
        self._look = look
        self.clock = clock

    def at(self, promise: str) -> Finding:
        (probe,) = (probe for probe in KEPT if probe.promise == promise)
        return probe.check(self._look)

    def do(self, query: str, **values: object) -> None:
        self._owner.execute(query.encode(), {"now": self.clock.now(), **values})
        self._owner.commit()

    def subscribe(self, *, pays_for: str | None, may: str | None, state: str = "active") -> UUID:
        user_id = SYSTEM_CLOCK.new_id()
        self.do(
            """
            INSERT INTO subscriptions (id, user_id, provider, reference, price_id, paid_price_id, state,
                                       cancel_at_period_end, created_at, seen_at, ended_at)
            VALUES (%(id)s, %(user_id)s, 'fake', %(id)s, 'plus', %(pays_for)s, %(state)s, false, %(now)s,
                    %(now)s - interval '1 hour', CASE WHEN %(state)s = 'canceled' THEN %(now)s END)
            """,
            id=SYSTEM_CLOCK.new_id(),
            user_id=user_id,
            pays_for=pays_for,
            state=state,
        )
        self.do(
            """
            INSERT INTO entitlements (user_id, version, price_id, variants, resolution, shares, api_rate, changed_at,
                                      check_at)
            VALUES (%(user_id)s, 1, %(may)s, 4, 2048, 100, 300, %(now)s, %(now)s + interval '1 hour')
            """,
            user_id=user_id,
            may=may,
        )
        return user_id


@pytest.fixture
def till(owner_of: Callable[[str], Connection], look_of: Callable[[str], Look], clock: MovableClock) -> Iterator[Till]:
    till = Till(owner_of("billing"), look_of("billing"), clock)

    def empty() -> None:
        for table in ("corrections", "departures", "entitlements", "refunds", "disputes", "orders", "subscriptions"):
            till.do(f"DELETE FROM {table}")  # noqa: S608 - names from the line above

    empty()
    yield till
    empty()


def test_what_a_person_may_do_is_what_she_pays_for(till: Till) -> None:
    assert till.at("U3").state is Found.KEPT
    till.subscribe(pays_for="plus", may="plus")
    till.subscribe(pays_for="plus", may="plus", state="past_due")
    till.subscribe(pays_for="plus", may=None, state="paused")
    till.subscribe(pays_for="plus", may=None, state="canceled")
    till.subscribe(pays_for=None, may=None, state="pending")
    assert (till.at("U3").state, till.at("U3").figures["people"]) == (Found.KEPT, 5)


@pytest.mark.parametrize(
    ("pays_for", "may", "state"), [("plus", None, "active"), ("plus", "pro", "active"), ("plus", "plus", "canceled")]
)
def test_a_plan_that_allows_something_else_is_noticed_unless_its_owner_leaves(
    till: Till, pays_for: str, may: str | None, state: str
) -> None:
    user_id = till.subscribe(pays_for=pays_for, may=may, state=state)
    assert (till.at("U3").state, till.at("U3").figures["wrong"]) == (Found.BROKEN, 1)
    till.do("INSERT INTO departures VALUES (%(user_id)s, %(now)s)", user_id=user_id)
    assert till.at("U3").state is Found.KEPT


def test_a_plan_that_changes_at_this_moment_is_not_judged(till: Till) -> None:
    user_id = till.subscribe(pays_for="plus", may=None)
    till.do("UPDATE subscriptions SET seen_at = %(now)s WHERE user_id = %(user_id)s", user_id=user_id)
    assert till.at("U3").state is Found.KEPT


def test_plans_that_nobody_computes_anew_are_noticed(till: Till) -> None:
    till.subscribe(pays_for="plus", may="plus")
    till.clock.advance(HOUR + HOUR / 4)
    assert till.at("U3").state is Found.KEPT
    till.clock.advance(HOUR)
    assert (till.at("U3").state, till.at("U3").figures["unlooked"]) == (Found.BROKEN, 1)


def test_a_correction_billing_does_not_follow_is_noticed_after_a_day(till: Till) -> None:
    till.do(
        "INSERT INTO corrections (id, user_id, fields, told_at) VALUES (%(id)s, %(id)s, '{name}', %(now)s)",
        id=SYSTEM_CLOCK.new_id(),
    )
    assert till.at("R2").state is Found.KEPT
    till.clock.advance(25 * HOUR)
    assert (till.at("R2").state, till.at("R2").figures["late"]) == (Found.BROKEN, 1)
    till.do("UPDATE corrections SET outcome = '{}', followed_at = %(now)s")
    assert till.at("R2").state is Found.KEPT
