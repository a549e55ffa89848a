"""Plans: periods that bring credits once, and what becomes of them when somebody changes, stops or does not pay."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from dateutil.relativedelta import relativedelta

from billing.jobs import tell_entitlements
from common.contracts import EVENTS, decode
from common.contracts.billing import EntitlementsChanged
from tests.fakes.till import Till

MONTH, YEAR, STUDIO = "collector-month-eur", "collector-year-eur", "studio-month-eur"


def subscribe(till: Till, who: UUID, price_id: str = MONTH, *, at: datetime | None = None) -> None:
    """Buy a plan, on a clock that stands; the first period is paid.

    It stands a little ahead: the provider's own went on meanwhile, and never goes back.
    """
    start = at or till.clock.now().replace(microsecond=0) + timedelta(seconds=5)
    till.emulator.control.advance(to=int(start.timestamp()), frozen=True)
    till.follow(int(start.timestamp()))
    assert till.pay(till.order(who, price_id)) is None
    till.sweep()


def go_on(till: Till, to: datetime) -> None:
    """Let time pass, here and at the provider; then the clock's own look."""
    till.emulator.control.advance(to=int(to.timestamp()))
    till.follow(int(to.timestamp()))
    till.sweep()


def plan(till: Till, who: UUID) -> dict[str, Any]:
    """What the person reads of her plan."""
    return till.ask("GET", "/v1/subscription", who).get_json()


def wish(till: Till, who: UUID, verb: str, **body: Any) -> Any:
    """What a person wants with her plan."""
    return till.ask("POST", f"/v1/subscription/{verb}", who, json=body or None)


def test_a_plan_brings_its_credits_and_what_it_allows(till: Till, ada: UUID) -> None:
    assert plan(till, ada)["entitlements"]["resolution"] == 1024
    subscribe(till, ada)
    assert till.available(ada) == 50
    read = plan(till, ada)
    assert (read["plan"]["state"], read["plan"]["paid_price_id"]) == ("active", MONTH)
    more = {"variants": 6, "resolution": 2560, "private_shares": True, "shares": 500, "api_rate": 600}
    assert read["entitlements"] == more
    refused = till.ask("POST", "/v1/checkout", ada, json={"price_id": STUDIO, "return_url": "https://x.test/credits"})
    assert refused.status_code == 409


def test_a_renewal_brings_credits_once_and_carries_over_what_fits(till: Till, ada: UUID) -> None:
    start = datetime(2027, 1, 31, 12, tzinfo=UTC)
    subscribe(till, ada, at=start)
    for months in (1, 2, 3):
        go_on(till, start + relativedelta(months=months) + timedelta(hours=2))
        till.sweep()
        assert till.available(ada) == 100  # fifty new ones, and the cap of fifty
    kinds = [row[0] for row in till.books(ada)["orders"]]
    assert kinds == ["plan", "renewal", "renewal", "renewal"]
    starts = till.rows("SELECT period_start FROM orders WHERE user_id = %(who)s ORDER BY period_start", ada)
    assert [day.day for (day,) in starts] == [31, 28, 31, 30]


def test_a_dearer_plan_counts_at_once_and_its_difference_is_paid_and_granted_pro_rata(till: Till, ada: UUID) -> None:
    start = datetime(2027, 4, 1, tzinfo=UTC)
    subscribe(till, ada, at=start)
    go_on(till, start + timedelta(days=15))
    changed = wish(till, ada, "change", price_id=STUDIO)
    assert changed.status_code == 200, changed.get_json()
    assert changed.get_json()["plan"]["paid_price_id"] == STUDIO
    order = till.books(ada)["orders"][-1]
    assert (order[0], order[3]) == ("change", 75)  # half a month of 200 less half a month of 50
    assert order[5] == pytest.approx((2999 - 899) / 2, abs=2)
    assert till.available(ada) == 125


def test_a_cheaper_plan_begins_with_the_next_period(till: Till, ada: UUID) -> None:
    start = datetime(2027, 4, 1, tzinfo=UTC)
    subscribe(till, ada, STUDIO, at=start)
    changed = wish(till, ada, "change", price_id=MONTH).get_json()
    assert (changed["plan"]["price_id"], changed["plan"]["paid_price_id"]) == (MONTH, STUDIO)
    go_on(till, start + relativedelta(months=1) + timedelta(hours=2))
    assert plan(till, ada)["plan"]["paid_price_id"] == MONTH
    assert till.available(ada) == 50 + 50


def test_a_year_cannot_become_a_month_but_a_month_a_year(till: Till, ada: UUID) -> None:
    start = datetime(2027, 4, 1, tzinfo=UTC)
    subscribe(till, ada, MONTH, at=start)
    assert wish(till, ada, "change", price_id=MONTH).status_code == 409
    assert wish(till, ada, "change", price_id="nothing").status_code == 404
    changed = wish(till, ada, "change", price_id=YEAR).get_json()
    assert changed["plan"]["paid_price_id"] == YEAR
    # The month that was not used comes off both: the money and the credits.
    assert till.available(ada) == 660
    assert wish(till, ada, "change", price_id=MONTH).status_code == 409


def test_a_plan_that_was_cancelled_keeps_its_credits_to_the_end_and_can_be_resumed(till: Till, ada: UUID) -> None:
    start = datetime(2027, 4, 1, tzinfo=UTC)
    subscribe(till, ada, at=start)
    assert wish(till, ada, "cancel").get_json()["plan"]["cancel_at_period_end"] is True
    assert wish(till, ada, "cancel").status_code == 200
    assert wish(till, ada, "resume").get_json()["plan"]["cancel_at_period_end"] is False
    assert wish(till, ada, "cancel").get_json()["plan"]["cancel_at_period_end"] is True
    go_on(till, start + timedelta(days=29))
    assert (till.available(ada), plan(till, ada)["plan"]["state"]) == (50, "active")
    go_on(till, start + timedelta(days=31))
    read = plan(till, ada)
    assert (till.available(ada), read["plan"]["state"]) == (0, "canceled")
    assert read["entitlements"]["resolution"] == 1024
    assert wish(till, ada, "resume").status_code == 409


def test_a_plan_whose_payment_fails_keeps_its_credits_then_they_wait_and_come_back(till: Till, ada: UUID) -> None:
    start = datetime(2027, 4, 1, tzinfo=UTC)
    subscribe(till, ada, at=start)
    (customer,) = till.rows("SELECT reference FROM customers WHERE user_id = %(who)s", ada)[0]
    till.emulator.control.use_method(customer, "pm_card_chargeCustomerFail")
    renewal = start + relativedelta(months=1)
    go_on(till, renewal + timedelta(hours=2))
    assert (plan(till, ada)["plan"]["state"], till.available(ada)) == ("past_due", 50)
    assert plan(till, ada)["entitlements"]["resolution"] == 2560
    go_on(till, renewal + timedelta(days=2, hours=3))
    assert (plan(till, ada)["plan"]["state"], till.available(ada)) == ("paused", 0)
    assert plan(till, ada)["entitlements"]["resolution"] == 1024

    till.emulator.control.use_method(customer, "pm_card_visa")
    go_on(till, renewal + timedelta(days=9))
    assert (plan(till, ada)["plan"]["state"], till.available(ada)) == ("active", 100)


def test_two_years_of_a_plan_end_with_the_right_credits_and_days(till: Till, ada: UUID) -> None:
    start = datetime(2027, 8, 31, 9, tzinfo=UTC)  # 29 February 2028 lies between
    subscribe(till, ada, at=start)
    go_on(till, start + relativedelta(months=24) + timedelta(hours=2))
    orders = till.books(ada)["orders"]
    assert len(orders) == 25
    assert {order[3] for order in orders} == {50}
    days = till.rows("SELECT period_start, period_end FROM orders WHERE user_id = %(who)s ORDER BY period_start", ada)
    for months, (begins, ends) in enumerate(days):
        assert begins == start + relativedelta(months=months)
        assert ends == start + relativedelta(months=months + 1)
    assert datetime(2028, 2, 29, 9, tzinfo=UTC) in {begins for begins, _ in days}
    assert till.available(ada) == 100
    granted = sum(credits for kind, credits in till.books(ada)["entries"] if kind == "plan")
    assert granted == 25 * 50


def test_a_yearly_plan_that_began_on_a_leap_day_is_renewed_on_the_last_of_february(till: Till, ada: UUID) -> None:
    start = datetime(2028, 2, 29, 9, tzinfo=UTC)
    subscribe(till, ada, YEAR, at=start)
    go_on(till, start + relativedelta(years=1) + timedelta(hours=2))
    begins = till.rows("SELECT period_start FROM orders WHERE user_id = %(who)s ORDER BY 1", ada)
    assert [day.date().isoformat() for (day,) in begins] == ["2028-02-29", "2029-02-28"]
    assert till.available(ada) == 660 + 200


def told(till: Till, who: UUID) -> list[tuple[int, str | None, int]]:
    """What others were told of what a person may do, in that order."""
    rows = till.rows("SELECT body FROM outbox WHERE type = 'entitlements.changed' ORDER BY seq")
    events = [decode(bytes(body), EVENTS).event for (body,) in rows]
    return [
        (event.entitlements_version, event.price_id, event.variants)
        for event in events
        if isinstance(event, EntitlementsChanged) and event.user_id == who
    ]


def test_what_a_plan_allows_is_told_when_it_begins_changes_and_ends_and_only_then(till: Till, ada: UUID) -> None:
    start = datetime(2027, 1, 15, tzinfo=UTC)
    subscribe(till, ada, at=start)
    go_on(till, start + relativedelta(months=1, hours=2))
    wish(till, ada, "change", price_id=STUDIO)
    till.sweep()
    wish(till, ada, "cancel")
    go_on(till, start + relativedelta(months=2, hours=3))
    assert told(till, ada) == [(1, MONTH, 6), (2, STUDIO, 8), (3, None, 4)]


def test_what_was_never_told_is_computed_and_told_by_the_clock(till: Till, ada: UUID) -> None:
    subscribe(till, ada)
    with till.database.begin() as connection:
        # As a row that a plan of before this was there got, or one of another catalogue.
        connection.execute("UPDATE entitlements SET variants = 0, price_id = NULL, check_at = %s", [till.clock.now()])
        connection.execute("DELETE FROM outbox")
    assert tell_entitlements(till.unit, till.cashier.catalogues) == 1
    assert told(till, ada) == [(2, MONTH, 6)]
    assert tell_entitlements(till.unit, till.cashier.catalogues) == 0
