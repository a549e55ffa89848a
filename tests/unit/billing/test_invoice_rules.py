"""What may stand on a document, how long it is kept, and what it is numbered."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from billing.domain.invoices import (
    BillingDetails,
    Seller,
    TaxRules,
    Terms,
    check_details,
    check_iban,
    customer_number,
    recipient_of,
    written_number,
)
from common.errors import Invalid

SELLER = Seller(name="Studio", address=(), country="DE")


def details(**given: object) -> BillingDetails:
    fields: dict[str, object] = {"company": "", "address": [], "vat_number": "", "country": "", **given}
    return check_details(**fields)  # pyright: ignore[reportArgumentType]


def test_a_recipient_has_a_line_for_each_thing_she_gave() -> None:
    given = details(
        company=" Figuren  & Söhne ", address=["Hauptstr. 5", " ", "80331 München"], vat_number="de 123", country="at"
    )
    assert recipient_of(given) == "Figuren & Söhne\nHauptstr. 5\n80331 München\nAustria\nVAT number DE 123"


def test_nobody_has_to_give_anything() -> None:
    assert details() == BillingDetails()
    assert recipient_of(BillingDetails()) == recipient_of(None) == ""


@pytest.mark.parametrize(
    "given",
    [
        {"company": "x" * 101},
        {"company": "a\u202eb"},
        {"company": "page \u2007 of".replace(" ", "") + "\x00"},
        {"address": ["x" * 71]},
        {"address": ["line"] * 6},
        {"vat_number": "?"},
        {"vat_number": "DE-" + "1" * 40},
        {"country": "XX"},
        {"country": "Germany"},
    ],
)
def test_what_cannot_stand_on_a_document_is_refused_with_a_sentence(given: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=r"\."):
        details(**given)


def test_the_space_that_stands_for_the_number_of_pages_becomes_a_plain_one() -> None:
    assert details(company="a\u2007b").company == "a b"


@pytest.mark.parametrize(("country", "rate"), [("FR", 2000), ("DE", 1900), ("", 1900), ("US", 1900)])
def test_the_rate_is_that_of_the_country_or_else_the_flat_one(country: str, rate: int) -> None:
    assert TaxRules(rate=1900, by_country={"FR": 2000}).rate_for(country) == rate


def test_a_small_business_charges_no_tax_anywhere() -> None:
    assert TaxRules(rate=1900, by_country={"FR": 2000}, exemption="Because.").rate_for("FR") == 0


def test_ten_years_count_from_the_end_of_the_year() -> None:
    terms = Terms(seller=SELLER, tax=TaxRules())
    assert terms.keep_until(datetime(2024, 2, 29, 12, 30, tzinfo=UTC)) == datetime(2035, 1, 1, tzinfo=UTC)


def test_numbers_sort_as_they_were_given_out() -> None:
    assert written_number("INV", 2026, 17) == "INV-2026-000017"
    assert customer_number(UUID("0192aaaa-0000-7000-8000-9f3a21bc77d0")) == "9F3A-21BC-77D0"


def test_a_mistyped_iban_is_noticed() -> None:
    assert check_iban("DE89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    for wrong in ("DE89 3704 0044 0532 0130 01", "DE", "x" * 20):
        with pytest.raises(ValueError, match="IBAN"):
            check_iban(wrong)
