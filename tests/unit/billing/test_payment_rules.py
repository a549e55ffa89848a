"""Orders, refunds and plans on paper: what may follow what, and how credits follow money."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from billing.adapters.catalogue import read_catalogues
from billing.domain.payments import (
    DISPUTE_TRANSITIONS,
    ORDER_TRANSITIONS,
    REFUND_TRANSITIONS,
    IllegalTransition,
    Order,
    OrderKind,
    OrderState,
    advance,
    credits_to_take_back,
)
from billing.domain.periods import happens_at_once, read_bill
from billing.domain.subscriptions import SUBSCRIPTION_TRANSITIONS, BillSeen, LineSeen, PlanChangeRefused
from billing.settings import Settings
from common.clock import SYSTEM_CLOCK

NOW = datetime(2027, 3, 1, tzinfo=UTC)
CATALOGUES = read_catalogues()
MONTH, STUDIO = CATALOGUES.plan("collector-month-eur"), CATALOGUES.plan("studio-month-eur")


@pytest.mark.parametrize(
    "table", [ORDER_TRANSITIONS, REFUND_TRANSITIONS, DISPUTE_TRANSITIONS, SUBSCRIPTION_TRANSITIONS]
)
def test_every_state_says_what_may_follow_and_nothing_follows_itself(table: Any) -> None:
    states: type[StrEnum] = type(next(iter(table)))
    assert set(table) == set(states)
    assert all(state not in following for state, following in table.items())
    with pytest.raises(IllegalTransition):
        advance(table, next(iter(table)), next(iter(table)))


def test_money_counts_whatever_was_thought_of_its_order_and_nothing_follows_it() -> None:
    assert all(OrderState.PAID in follows for state, follows in ORDER_TRANSITIONS.items() if state != OrderState.PAID)
    assert ORDER_TRANSITIONS[OrderState.PAID] == frozenset()


def order(credits: int, paid: int, refunded: int = 0) -> Order:
    return Order(
        id=SYSTEM_CLOCK.new_id(),
        user_id=SYSTEM_CLOCK.new_id(),
        provider="stripe",
        kind=OrderKind.PACK,
        price_id="p",
        catalogue_version="1",
        credits=credits,
        list_amount=paid,
        amount=paid,
        currency="eur",
        state=OrderState.PAID,
        amount_paid=paid,
        amount_refunded=refunded,
        created_at=NOW,
    )


@given(st.integers(0, 5000), st.lists(st.integers(1, 3000), min_size=1, max_size=8))
def test_the_credits_of_all_parts_of_the_money_are_all_credits(credits: int, parts: list[int]) -> None:
    paid, back, taken = sum(parts), 0, 0
    for part in parts:
        take = credits_to_take_back(order(credits, paid, back), part)
        assert take >= 0
        taken, back = taken + take, back + part
    assert taken == credits


def line(price_id: str, amount: int, *, proration: bool = False, days: int = 30) -> LineSeen:
    return LineSeen(
        price_id=price_id, amount=amount, starts_at=NOW, ends_at=NOW + timedelta(days=days), proration=proration
    )


def bill(*lines: LineSeen) -> BillSeen:
    amount = max(0, sum(each.amount for each in lines))
    return BillSeen(reference="in_1", payment=None, amount_paid=amount, currency="eur", paid_at=NOW, lines=lines)


def test_a_whole_period_brings_all_its_credits() -> None:
    charge = read_bill(bill(line(MONTH.price_id, MONTH.amount)), CATALOGUES.plan)
    assert charge is not None
    assert (charge.credits, charge.whole_period, charge.plan) == (MONTH.credits, True, MONTH)


@given(st.integers(0, 1000))
def test_to_change_a_plan_and_pay_the_difference_brings_no_more_than_its_share(thousandths: int) -> None:
    left = thousandths / 1000
    unused = line(MONTH.price_id, -round(MONTH.amount * left), proration=True)
    new = line(STUDIO.price_id, round(STUDIO.amount * left), proration=True)
    charge = read_bill(bill(unused, new), CATALOGUES.plan)
    assert charge is not None
    assert not charge.whole_period
    assert abs(charge.credits - (STUDIO.credits - MONTH.credits) * left) <= 1 + 1e-9


def test_a_bill_for_nothing_of_ours_is_no_charge() -> None:
    assert read_bill(bill(), CATALOGUES.plan) is None


def test_a_dearer_plan_counts_at_once_a_cheaper_one_later_and_a_year_is_not_cut_short() -> None:
    year = CATALOGUES.plan("collector-year-eur")
    assert happens_at_once(MONTH, STUDIO)
    assert not happens_at_once(STUDIO, MONTH)
    assert happens_at_once(MONTH, year)
    for old, new in ((year, MONTH), (MONTH, MONTH)):
        with pytest.raises(PlanChangeRefused):
            happens_at_once(old, new)


@pytest.mark.parametrize(
    "given_settings",
    [
        {"stripe_api_key": "sk_live_x", "mode": "local"},
        {"stripe_api_key": "pk_test_x", "mode": "local"},
        {"stripe_api_key": "rk_live_x", "stripe_api_base": "https://elsewhere.test", "mode": "local"},
    ],
)
def test_a_key_that_could_take_real_money_by_mistake_is_refused(given_settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**given_settings)
    assert "FIGURINE_STRIPE_API_KEY" in str(refused.value)
    assert given_settings["stripe_api_key"] not in str(refused.value)


def test_a_test_key_may_go_to_somebody_who_stands_in_for_stripe() -> None:
    assert not settings(stripe_api_key="sk_test_x", stripe_api_base="http://localhost:1", mode="local").stripe_live


def settings(**changes: Any) -> Settings:
    plain = {
        "sealing_keys": SecretStr("1:" + "A" * 43 + "="),
        "database_url": SecretStr("postgresql://x"),
        "broker_url": SecretStr("amqp://x"),
        "token_public_key": "k",
    }
    return Settings(**{**plain, **changes})
