"""The settings of a seller: what is wrong with them is noticed at the start, not on an invoice."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from billing.domain.invoices import BankAccount
from billing.settings import Settings
from tests.fakes.toy.keys import PUBLIC_KEY


def settings(**given: Any) -> Settings:
    return Settings(
        mode="local",
        database_url=SecretStr("postgresql://localhost/unused"),
        broker_url=SecretStr("amqp://localhost/unused"),
        token_public_key=PUBLIC_KEY,
        sealing_keys=SecretStr("1:" + "A" * 43 + "="),
        **given,
    )


def test_terms_are_read_from_plain_words() -> None:
    terms = settings(
        seller_name="Studio GmbH",
        seller_address=" Street 1 | 12345 Town ",
        seller_country="DE",
        tax_rate="19",
        tax_rates="FR=20, CH=8.1",
        bank_iban="DE89 3704 0044 0532 0130 00",
    ).terms
    assert terms.seller.address == ("Street 1", "12345 Town")
    assert [terms.tax.rate_for(country) for country in ("DE", "FR", "CH")] == [1900, 2000, 810]
    assert terms.bank == BankAccount(holder="Studio GmbH", iban="DE89370400440532013000", bic="", bank="")
    assert (terms.due_days, terms.expires_days, terms.retention_years) == (14, 45, 10)


def test_without_an_account_nobody_pays_by_transfer() -> None:
    assert settings().terms.bank is None


@pytest.mark.parametrize(
    "given",
    [
        {"bank_iban": "DE89 3704 0044 0532 0130 01"},
        {"tax_rate": "nineteen"},
        {"tax_rates": "FR"},
        {"tax_rates": "ZZ=20"},
        {"tax_rates": "FR=x"},
        {"seller_country": "Germany"},
        {"invoice_due_days": 30, "invoice_expires_days": 20},
        {"invoice_retention_years": 0},
    ],
)
def test_terms_that_cannot_hold_are_refused_at_the_start(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**given)
