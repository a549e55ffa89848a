"""Invoices, receipts and credit notes: what stands in them, and how they are numbered. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from billing.domain.countries import COUNTRIES
from billing.domain.money import Split
from common.errors import Invalid, NotFound


class NoSuchInvoice(NotFound):
    """There is no such invoice, or it is not yours."""


class TooMuchCredited(Invalid):
    """More cannot be credited than the invoice was for."""


class InvoiceKind(StrEnum):
    """What a document is."""

    INVOICE = "invoice"  # to be paid by bank transfer
    RECEIPT = "receipt"  # the invoice of a payment that has been made
    CREDIT_NOTE = "credit_note"  # takes an earlier one back, or a part of it


# Invoices and receipts share a series: to the tax office both are invoices.
SERIES: Mapping[InvoiceKind, str] = {
    InvoiceKind.INVOICE: "INV",
    InvoiceKind.RECEIPT: "INV",
    InvoiceKind.CREDIT_NOTE: "CN",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where transfers go."""

    holder: str
    iban: str
    bic: str
    bank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who sells, as the law wants it on an invoice."""

    name: str
    address: tuple[str, ...]
    country: str
    vat_number: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRules:
    """What tax is in a price: one rate, or one by the customer's country; or none, for a small business.

    Rates are in basis points. `exemption` is the sentence that says why no tax is charged; with it every rate is 0.
    """

    rate: int = 0
    by_country: Mapping[str, int] = field(default_factory=dict[str, int])
    exemption: str = ""

    def rate_for(self, country: str) -> int:
        """The rate for somebody in this country."""
        return 0 if self.exemption else self.by_country.get(country, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms the studio sells."""

    seller: Seller
    tax: TaxRules
    bank: BankAccount | None = None  # None: nobody can pay by transfer
    retention_years: int = 10
    # Of an invoice: days until it is due, until its order expires, between reminders, and how many of those.
    due_days: int = 14
    expires_days: int = 45
    reminder_days: int = 7
    reminders: int = 2

    def keep_until(self, issued_at: datetime) -> datetime:
        """Tax law counts from the end of the year in which a document was issued."""
        first_day = issued_at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
        return first_day.replace(year=issued_at.year + 1 + self.retention_years)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDetails:
    """What a person wants on her invoices, all of it optional; her name is not known here."""

    company: str = ""
    address: tuple[str, ...] = ()
    vat_number: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was sold; the amount is in minor units, tax included."""

    description: str
    quantity: int
    unit_amount: int

    @property
    def amount(self) -> int:
        """What the line comes to."""
        return self.quantity * self.unit_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document that has no number yet."""

    kind: InvoiceKind
    user_id: UUID
    order_id: UUID
    currency: str
    lines: tuple[Line, ...]
    recipient: str
    country: str
    seller: Seller
    rate: int
    amounts: Split
    tax_note: str = ""
    # How it was paid, as in "card"; empty while it is to be paid.
    paid_by: str = ""
    due_on: date | None = None
    bank: BankAccount | None = None
    corrects: UUID | None = None
    corrects_number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Draft):
    """A document as it was issued; it never changes."""

    id: UUID
    series: str
    year: int
    seq: int
    issued_at: datetime
    keep_until: datetime
    # Which layout it is printed in: a later one must not change what was sent.
    layout: int = 1

    @property
    def number(self) -> str:
        """As people quote it: series, year, place in the year."""
        return written_number(self.series, self.year, self.seq)

    @property
    def customer_number(self) -> str:
        """The person, to the bookkeeper."""
        return customer_number(self.user_id)


def written_number(series: str, year: int, seq: int) -> str:
    """`INV-2026-000017`."""
    return f"{series}-{year}-{seq:06d}"


def customer_number(user_id: UUID) -> str:
    """A person's number on paper: the random end of her id, which says nothing about her."""
    digits = user_id.hex[-12:].upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def total_of(lines: Sequence[Line]) -> int:
    """What the lines come to, in minor units."""
    return sum(line.amount for line in lines)


MAX_COMPANY, MAX_ADDRESS_LINE, MAX_ADDRESS_LINES = 100, 70, 5
_VAT_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9 .\-/]{2,28}[A-Z0-9]", re.ASCII)


def check_details(*, company: str, address: Sequence[str], vat_number: str, country: str) -> BillingDetails:
    """Billing details within the rules; raises Invalid with the sentence that helps."""
    lines = tuple(line for each in address if (line := _one_line(each, MAX_ADDRESS_LINE, "address line")))
    if len(lines) > MAX_ADDRESS_LINES:
        raise Invalid(f"An address has at most {MAX_ADDRESS_LINES} lines here. Put some of them together.")
    number = " ".join(vat_number.upper().split())
    if number and not _VAT_NUMBER.fullmatch(number):
        raise Invalid("A VAT number has 4 to 30 letters and digits, such as DE123456789.")
    code = country.strip().upper()
    if code and code not in COUNTRIES:
        raise Invalid("Give the country by its two letters, such as DE or FR.")
    return BillingDetails(
        company=_one_line(company, MAX_COMPANY, "company"), address=lines, vat_number=number, country=code
    )


def recipient_of(details: BillingDetails | None) -> str:
    """What stands in the window of the envelope, line by line; empty when nothing is known."""
    if details is None:
        return ""
    number = f"VAT number {details.vat_number}" if details.vat_number else ""
    country = COUNTRIES.get(details.country, "")
    return "\n".join(line for line in (details.company, *details.address, country, number) if line)


def _one_line(text: str, longest: int, what: str) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if len(line) > longest:
        raise Invalid(f"The {what} may have at most {longest} characters.")
    if not line.isprintable():
        raise Invalid(f"The {what} holds characters that cannot be printed. Remove them and try again.")
    return line


def check_country(code: str) -> str:
    """The two letters of a country, or nothing. Raises ValueError."""
    if code and code not in COUNTRIES:
        raise ValueError(f"{code!r} is no country; write its two capital letters, such as DE")
    return code


def check_iban(iban: str) -> str:
    """The number without spaces; ISO 13616's check digits find a mistyped one. Raises ValueError."""
    plain = iban.replace(" ", "").upper()
    if not plain:
        return ""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain, re.ASCII):
        raise ValueError("that is no IBAN")
    if int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 != 1:
        raise ValueError("the check digits of the IBAN are wrong: it is mistyped")
    return plain
