"""Tax inside an amount, and how amounts are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.money import as_written, digits_of, percent_of, rate_of, read_amount, split, split_part
from common.errors import Invalid

AMOUNTS = st.integers(0, 2**31 - 1)
RATES = st.integers(0, 9_999)


@given(gross=AMOUNTS, rate=RATES)
def test_net_and_tax_are_the_whole_and_neither_is_negative(gross: int, rate: int) -> None:
    amounts = split(gross, rate)
    assert amounts.net + amounts.tax == amounts.gross == gross
    assert amounts.net >= 0
    assert amounts.tax >= 0


@given(gross=AMOUNTS, rate=RATES)
def test_the_net_is_the_nearest_one_and_half_goes_up(gross: int, rate: int) -> None:
    # Twice the error is at most one unit, in whole numbers.
    off = 2 * (split(gross, rate).net * (10_000 + rate) - gross * 10_000)
    assert -(10_000 + rate) < off <= 10_000 + rate


@given(parts=st.lists(st.integers(1, 100_000), min_size=1, max_size=12), rate=RATES)
def test_parts_sum_to_the_whole_however_it_is_cut_up(parts: list[int], rate: int) -> None:
    whole, before, pieces = split(sum(parts), rate), 0, list[tuple[int, int]]()
    for part in parts:
        piece = split_part(part, rate, before=before)
        assert piece.net + piece.tax == part
        assert min(piece.net, piece.tax) >= 0
        pieces.append((piece.net, piece.tax))
        before += part
    assert (sum(net for net, _ in pieces), sum(tax for _, tax in pieces)) == (whole.net, whole.tax)


@given(less=AMOUNTS, more=AMOUNTS, rate=RATES)
def test_a_greater_amount_has_no_less_tax(less: int, more: int, rate: int) -> None:
    less, more = sorted((less, more))
    assert split(less, rate).tax <= split(more, rate).tax


@given(amount=st.integers(0, 10**11), currency=st.sampled_from(["EUR", "USD", "JPY", "KWD"]))
def test_an_amount_is_read_as_it_was_written(amount: int, currency: str) -> None:
    written, code = as_written(amount, currency).rsplit(" ", 1)
    if amount < 10**9:
        assert read_amount(written.replace(",", ""), currency) == amount
    assert code == currency


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(123_456, "eur", "1,234.56 EUR"), (5, "USD", "0.05 USD"), (1500, "JPY", "1,500 JPY"), (1500, "KWD", "1.500 KWD")],
)
def test_amounts_are_written_with_their_currency(amount: int, currency: str, written: str) -> None:
    assert as_written(amount, currency) == written


@pytest.mark.parametrize("text", ["", "-5", "1e9", "12,50", "12.505", "NaN", "٣", "1" * 30, " 5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_amount(text, "EUR")


def test_a_currency_without_cents_takes_none() -> None:
    assert digits_of("JPY") == 0
    with pytest.raises(Invalid, match="more digits"):
        read_amount("12.5", "JPY")


@pytest.mark.parametrize(("percent", "rate"), [("19", 1900), ("8.1", 810), ("0", 0), ("5.25", 525)])
def test_rates_are_read_and_written(percent: str, rate: int) -> None:
    assert rate_of(percent) == rate
    assert percent_of(rate) == f"{percent} %"


@pytest.mark.parametrize("percent", ["", "x", "-1", "100", "19.123", "NaN", "inf"])
def test_what_is_no_rate_is_refused(percent: str) -> None:
    with pytest.raises(ValueError, match="no tax rate"):
        rate_of(percent)
