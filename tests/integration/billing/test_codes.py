"""Gift codes and coupons on real Postgres: their caps hold however many come at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from billing.domain.codes import TRIES, TRIES_WITHIN, CodesOff, CodeUsedUp, KeyUsedOtherwise, TooManyTries, Worth
from billing.jobs import forget_tries
from billing.repository import Work
from billing.use_cases import codes, ledger
from billing.use_cases.codes import Terms
from common.clock import MovableClock
from common.database import Database
from common.errors import Conflict, Invalid
from common.work import UnitOfWork

MANY = 24


def make(unit: UnitOfWork[Work], worth: Worth, **terms: Any) -> str:
    with unit.begin() as work:
        return codes.create(work, worth, Terms(label="test", **terms))


def redeem(unit: UnitOfWork[Work], user_id: UUID, code: str, key: str | None = None) -> bool:
    """Whether it went through."""
    try:
        with unit.begin() as work:
            codes.redeem_gift(work, user_id, code, key=key)
    except (CodeUsedUp, KeyUsedOtherwise):
        return False
    return True


def available(unit: UnitOfWork[Work], user_id: UUID) -> int:
    with unit.begin() as work:
        return ledger.read_wallet(work, user_id).available


def at_once(calls: list[Callable[[], bool]]) -> int:
    """How many of these went through."""
    with ThreadPoolExecutor(8) as crowd:
        return sum(crowd.map(lambda call: call(), calls))


def test_a_code_for_five_is_used_by_five_of_many_who_come_at_once(unit: UnitOfWork[Work]) -> None:
    code = make(unit, Worth(credits=3), max_uses=5)
    people = [unit.clock.new_id() for _ in range(MANY)]
    assert at_once([lambda who=who: redeem(unit, who, code) for who in people]) == 5
    assert sorted(available(unit, who) for who in people)[-6:] == [0, 3, 3, 3, 3, 3]


def test_a_person_who_sends_a_code_many_times_at_once_gets_its_credits_once(unit: UnitOfWork[Work]) -> None:
    code, other = make(unit, Worth(credits=3), max_uses=None), make(unit, Worth(credits=3), max_uses=None)
    ada, key = unit.clock.new_id(), str(unit.clock.new_id())
    assert at_once([lambda: redeem(unit, ada, code) for _ in range(MANY)]) == 1
    eve = unit.clock.new_id()
    assert at_once([lambda: redeem(unit, eve, code, key) for _ in range(MANY)]) == MANY, "each gets the first answer"
    assert not redeem(unit, eve, other, key)
    assert (available(unit, ada), available(unit, eve)) == (3, 3)


def test_two_codes_under_one_key_at_once_give_one(unit: UnitOfWork[Work]) -> None:
    ada, key = unit.clock.new_id(), str(unit.clock.new_id())
    written = [make(unit, Worth(credits=3)) for _ in range(8)]
    assert at_once([lambda code=code: redeem(unit, ada, code, key) for code in written]) == 1
    assert available(unit, ada) == 3


def test_guesses_are_counted_also_when_they_come_at_once_and_forgotten_in_time(
    unit: UnitOfWork[Work], clock: MovableClock, database: Database
) -> None:
    ada = unit.clock.new_id()
    waits: list[int] = []

    def guess() -> bool:
        try:
            with unit.begin() as work:
                codes.count_try(work, ada)
        except TooManyTries as refused:
            waits.append(refused.retry_after_seconds)
            return False
        return True

    assert at_once([guess] * MANY) == TRIES
    assert set(waits) == {TRIES_WITHIN.total_seconds()}
    clock.advance(TRIES_WITHIN + timedelta(seconds=1))
    assert guess()
    clock.advance(TRIES_WITHIN)
    while forget_tries(unit):
        pass
    with database.begin() as connection:
        assert connection.execute("SELECT 1 FROM code_tries WHERE user_id = %s", [ada]).fetchone() is None


def test_a_code_that_fits_is_no_guess(unit: UnitOfWork[Work]) -> None:
    ada = unit.clock.new_id()
    for _ in range(TRIES + 2):
        code = make(unit, Worth(credits=1))
        with unit.begin() as work:
            codes.count_try(work, ada)
        assert redeem(unit, ada, code)


def test_a_coupon_is_set_aside_for_an_order_used_when_it_is_paid_and_free_when_it_is_not(
    unit: UnitOfWork[Work],
) -> None:
    coupon = make(unit, Worth(percent=20))
    ada, eve = unit.clock.new_id(), unit.clock.new_id()
    first, second = unit.clock.new_id(), unit.clock.new_id()

    def reserve(who: UUID, order_id: UUID) -> int:
        with unit.begin() as work:
            return codes.reserve_coupon(work, who, coupon, order_id, 999, currency="eur")

    assert reserve(ada, first) == reserve(ada, first) == 800
    with pytest.raises(CodeUsedUp):
        reserve(eve, second)
    with unit.begin() as work:
        codes.release(work, first)
        codes.release(work, first)
    assert reserve(eve, second) == 800
    with unit.begin() as work:
        codes.redeem(work, second)
        codes.release(work, second)
        codes.release(work, unit.clock.new_id())
    with pytest.raises(CodeUsedUp):
        reserve(ada, unit.clock.new_id())
    with pytest.raises(CodeUsedUp, match="new order"):
        reserve(ada, first)


def test_coupons_for_orders_that_come_at_once_stay_within_their_cap(unit: UnitOfWork[Work]) -> None:
    coupon = make(unit, Worth(amount=100, currency="eur"), max_uses=3)

    def reserve() -> bool:
        try:
            with unit.begin() as work:
                left = codes.reserve_coupon(work, unit.clock.new_id(), coupon, unit.clock.new_id(), 499, currency="eur")
        except CodeUsedUp:
            return False
        return left == 399

    assert at_once([reserve] * MANY) == 3


def test_a_code_is_kept_as_nothing_one_could_read(unit: UnitOfWork[Work], database: Database) -> None:
    code = make(unit, Worth(credits=1))
    with database.begin() as connection:
        rows = connection.execute("SELECT codes::text FROM codes").fetchall()
    assert not [row for (row,) in rows if code.lower() in row.lower() or code.replace("-", "").lower() in row.lower()]


def test_a_code_of_ones_own_is_long_enough_and_new(unit: UnitOfWork[Work]) -> None:
    with unit.begin() as work:
        written = f"WELCOME{unit.clock.new_id().hex[-6:]}"
        assert codes.create(work, Worth(percent=10), Terms(label="test"), written=written) == written
        with pytest.raises(Conflict):
            codes.create(work, Worth(percent=10), Terms(label="test"), written=written.lower())
        with pytest.raises(Invalid):
            codes.create(work, Worth(percent=10), Terms(label="test"), written="A-B-C")


def test_a_studio_without_a_key_takes_no_codes(database: Database) -> None:
    unit = UnitOfWork(service="billing", database=database, build=Work)
    with pytest.raises(CodesOff):
        redeem(unit, unit.clock.new_id(), "ANY-CODE")
