"""What the ledger may do to anybody's credits."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.ledger import (
    TRANSITIONS,
    Account,
    Hold,
    HoldEnded,
    HoldState,
    Posting,
    credits_to,
    moving,
    price_of,
    setting_aside,
    settlement,
)
from billing.domain.lots import Return
from billing.domain.wording import FAILURE_REASONS, counted, release_reason
from generation.domain import FailureCode
from tests.unit.billing.lots import a_lot

SOMEBODY = UUID(int=1)
LEGAL = {(HoldState.OPEN, HoldState.SETTLED), (HoldState.OPEN, HoldState.RELEASED)}
SOME = st.integers(0, 10**6)


def a_hold(*, unit_price: int = 2, pictures: int = 3, state: HoldState = HoldState.OPEN) -> Hold:
    return Hold(
        id=UUID(int=2),
        figurine_id=UUID(int=3),
        user_id=SOMEBODY,
        unit_price=unit_price,
        credits=unit_price * pictures,
        state=state,
    )


def total(postings: list[Posting]) -> int:
    return sum(posting.credits for posting in postings)


@given(credits=SOME)
def test_a_gift_and_a_hold_only_move_credits_between_accounts(credits: int) -> None:
    assert total(moving(Account.ISSUED, Account.AVAILABLE, credits)) == 0
    assert total(setting_aside(credits)) == 0
    assert credits_to(Account.HELD, setting_aside(credits)) == credits


@given(went=st.tuples(SOME, SOME, SOME, SOME, SOME))
def test_a_settlement_takes_out_of_what_was_held_just_what_went_elsewhere(went: tuple[int, ...]) -> None:
    captured, available, frozen, expired, taken_back = went
    whole = Return(
        lot=a_lot(), captured=captured, available=available, frozen=frozen, expired=expired, taken_back=taken_back
    )
    postings = settlement([whole])
    assert total(postings) == 0
    assert credits_to(Account.HELD, postings) == -sum(went)
    assert credits_to(Account.REVENUE, postings) == captured


@given(unit_price=st.integers(0, 50), pictures=st.integers(1, 4), delivered=st.integers(0, 9))
def test_each_delivered_picture_is_charged_once_and_no_more_than_were_ordered(
    unit_price: int, pictures: int, delivered: int
) -> None:
    hold = a_hold(unit_price=unit_price, pictures=pictures)
    assert price_of(hold, delivered) == unit_price * min(delivered, pictures)


@pytest.mark.parametrize(("state", "following"), list(product(HoldState, HoldState)))
def test_an_open_hold_ends_once_and_an_ended_one_never_moves_again(state: HoldState, following: HoldState) -> None:
    hold = a_hold(state=state)
    if (state, following) in LEGAL:
        hold.end(following)
        return
    with pytest.raises(HoldEnded):
        hold.end(following)


def test_every_state_of_a_hold_has_its_row_in_the_table() -> None:
    assert set(TRANSITIONS) == set(HoldState)
    assert {state for state, following in TRANSITIONS.items() if not following} == set(HoldState) - {HoldState.OPEN}


@pytest.mark.parametrize("code", sorted(set(FailureCode) - {FailureCode.INSUFFICIENT_CREDITS}))
def test_the_statement_has_a_reason_of_its_own_for_every_failure(code: FailureCode) -> None:
    # Without credits there never was a hold, so that nothing can come back.
    assert code in FAILURE_REASONS
    assert release_reason(code).endswith("all credits came back")


def test_a_failure_nobody_has_heard_of_still_has_a_reason() -> None:
    assert release_reason("solar_flare") == "No picture was delivered; all credits came back"


@pytest.mark.parametrize(("number", "words"), [(0, "0 pictures"), (1, "1 picture"), (2, "2 pictures")])
def test_one_is_singular_and_everything_else_plural(number: int, words: str) -> None:
    assert counted(number, "picture") == words
