"""Which credits are spent first, what comes back, and what a plan carries over."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.domain.lots import GRACE, LotKind, Part, draw, give_back, keep_newest, rolled_over
from billing.domain.wording import with_returns
from tests.unit.billing.lots import NOW, a_lot

AMOUNTS = st.integers(0, 20)


def drawn(*parts: tuple[int, int]) -> list[Part]:
    """Parts of lots by number, each with so many credits set aside and nothing else in it."""
    return [Part(lot=a_lot(n, free=0, held=credits), credits=credits) for n, credits in parts]


def test_what_ends_first_is_spent_first_and_bought_credits_last() -> None:
    pack = a_lot(1, kind=LotKind.PACK, free=5)
    gift = a_lot(2, kind=LotKind.GIFT, free=5)
    plan = a_lot(3, kind=LotKind.PLAN, free=5, days=20)
    trial = a_lot(4, free=5, days=3)
    parts = draw([pack, gift, plan, trial], 18, NOW)
    assert parts is not None
    assert [(part.lot.id.int, part.credits) for part in parts] == [(4, 5), (3, 5), (2, 5), (1, 3)]


def test_what_has_ended_or_is_frozen_cannot_be_spent() -> None:
    lots = [a_lot(1, days=0), a_lot(2, frozen=True), a_lot(3, free=1)]
    assert draw(lots, 2, NOW) is None
    assert draw(lots, 0, NOW) == []


@given(free=st.lists(AMOUNTS, max_size=5), wanted=st.integers(0, 100))
def test_a_hold_is_drawn_whole_or_not_at_all(free: list[int], wanted: int) -> None:
    parts = draw([a_lot(n, free=credits) for n, credits in enumerate(free)], wanted, NOW)
    if wanted > sum(free):
        assert parts is None
    else:
        assert sum(part.credits for part in parts or ()) == wanted


@given(
    credits=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    captured=st.integers(0, 40),
    owed=AMOUNTS,
    days=st.none() | st.floats(-2, 2),
)
def test_whatever_comes_of_a_hold_each_credit_of_it_goes_somewhere(
    credits: list[int], captured: int, owed: int, days: float | None
) -> None:
    parts = [
        Part(lot=a_lot(n, free=0, held=each, owed=min(owed, each), days=days), credits=each)
        for n, each in enumerate(credits)
    ]
    captured = min(captured, sum(credits))
    returns = give_back(parts, captured, NOW)
    went = [each.captured + each.available + each.frozen + each.expired + each.taken_back for each in returns]
    assert went == credits
    assert sum(each.captured for each in returns) == captured
    assert all(each.lot.held == each.lot.owed == 0 for each in returns)


def test_what_is_charged_is_taken_in_the_order_it_was_drawn() -> None:
    first, second = give_back(drawn((1, 3), (2, 4)), 5, NOW)
    assert (first.captured, first.available) == (3, 0)
    assert (second.captured, second.available, second.lot.free) == (2, 2, 2)


def test_what_comes_back_after_its_end_can_be_spent_for_some_days_once() -> None:
    lot = a_lot(free=0, held=4, days=-1)
    (back,) = give_back([Part(lot=lot, credits=4)], 0, NOW)
    assert (back.available, back.lot.expires_at, back.lot.extended) == (4, NOW + GRACE, True)
    again = a_lot(free=0, held=4, days=-1, extended=True)
    (gone,) = give_back([Part(lot=again, credits=4)], 1, NOW)
    assert (gone.captured, gone.available, gone.expired) == (1, 0, 3)
    assert with_returns("You cancelled; all credits came back", [gone]) == (
        "You cancelled; nothing was charged; 3 trial credits had expired"
    )


def test_what_is_owed_goes_back_with_its_payment_before_anything_can_be_spent() -> None:
    lot = a_lot(free=0, held=4, owed=3, kind=LotKind.PACK)
    (back,) = give_back([Part(lot=lot, credits=4)], 0, NOW)
    assert (back.taken_back, back.available, back.lot.owed) == (3, 1, 0)


def test_what_comes_back_to_a_frozen_lot_stays_frozen_and_does_not_end() -> None:
    lot = a_lot(free=1, held=2, frozen=True, days=-1)
    (back,) = give_back([Part(lot=lot, credits=2)], 0, NOW)
    assert (back.frozen, back.available, back.lot.free) == (2, 0, 3)
    assert back.lot.expires_at == NOW - timedelta(days=1)


@given(unused=st.lists(AMOUNTS, max_size=5), cap=st.integers(0, 50))
def test_a_plan_carries_over_no_more_than_its_cap_and_nothing_less(unused: list[int], cap: int) -> None:
    lots = [a_lot(n + 1, kind=LotKind.PLAN, free=credits, days=n) for n, credits in enumerate(unused)]
    kept = keep_newest(lots, cap)
    assert sum(keep for _, keep in kept) == rolled_over(sum(unused), cap) == min(sum(unused), cap)
    assert all(0 <= keep <= lot.free for lot, keep in kept)
