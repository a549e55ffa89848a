"""How codes are written and what they are worth."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.codes import ALPHABET, Code, CodeKind, CodeUsedUp, NoSuchCode, Worth, digest, legible, normal
from common.errors import Invalid
from tests.unit.billing.lots import NOW

KEY = bytes(range(32))


def a_code(worth: Worth, *, uses: int = 0, max_uses: int | None = 1, days: int = 1) -> Code:
    return Code(
        id=UUID(int=1),
        label="test",
        worth=worth,
        max_uses=max_uses,
        max_per_person=1,
        uses=uses,
        expires_at=NOW + timedelta(days=days),
        withdrawn_at=None,
    )


@given(st.text(ALPHABET, min_size=16, max_size=16))
def test_a_code_is_the_same_however_it_is_typed(code: str) -> None:
    typed = f" {legible(code).lower().replace('0', 'o').replace('1', 'l')} "
    assert normal(typed) == code
    assert digest(KEY, typed) == digest(KEY, code)
    assert digest(bytes(32), code) != digest(KEY, code)


@given(amount=st.integers(0, 10**7), percent=st.integers(1, 100))
def test_a_percentage_leaves_between_nothing_and_all_to_pay(amount: int, percent: int) -> None:
    left = a_code(Worth(percent=percent)).discounted(amount, "eur")
    assert 0 <= left <= amount
    assert left - amount * (100 - percent) / 100 < 1


def test_an_amount_takes_nothing_below_zero_and_is_for_its_currency_only() -> None:
    code = a_code(Worth(amount=500, currency="eur"))
    assert (code.discounted(1299, "eur"), code.discounted(499, "eur")) == (799, 0)
    with pytest.raises(CodeUsedUp, match="EUR"):
        code.discounted(1299, "usd")


@pytest.mark.parametrize(
    "worth",
    [
        Worth(),
        Worth(credits=1, percent=1),
        Worth(credits=0),
        Worth(percent=101),
        Worth(amount=5),
        Worth(percent=5, currency="eur"),
    ],
)
def test_a_code_is_worth_one_thing(worth: Worth) -> None:
    with pytest.raises(Invalid):
        worth.check()


def test_a_code_is_refused_for_what_it_is_not_and_when_it_is_over() -> None:
    gift = a_code(Worth(credits=1))
    gift.check(CodeKind.GIFT, NOW, 0)
    with pytest.raises(NoSuchCode, match="gift code"):
        gift.check(CodeKind.COUPON, NOW, 0)
    with pytest.raises(CodeUsedUp, match="already"):
        gift.check(CodeKind.GIFT, NOW, 1)
    with pytest.raises(CodeUsedUp, match="as often as it can be"):
        a_code(Worth(credits=1), uses=1).check(CodeKind.GIFT, NOW, 0)
    with pytest.raises(CodeUsedUp, match="until 2027-03-02"):
        a_code(Worth(credits=1), days=-1).check(CodeKind.GIFT, NOW, 0)
