"""What is printed: every line and total, in any script, and the same bytes each time."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

from pypdf import PdfReader

from billing.adapters.pdf import PdfPrinter
from billing.adapters.pdf.paper import in_reading_order
from billing.domain.invoices import Invoice, InvoiceKind, Line, total_of
from billing.domain.money import as_written, split
from tests.fakes.papers import BANK, SELLER

LINES = (
    Line(description="60 credits", quantity=1, unit_amount=1499),
    Line(
        description="200 credits, with a description that needs more than one line of the table to be told in full",
        quantity=3,
        unit_amount=3799,
    ),
)


def document(kind: InvoiceKind = InvoiceKind.RECEIPT, **changes: Any) -> Invoice:
    plain = Invoice(
        id=UUID("0192aaaa-0000-7000-8000-9f3a21bc77d2"),
        kind=kind,
        user_id=UUID("0192aaaa-0000-7000-8000-9f3a21bc77d0"),
        order_id=UUID("0192aaaa-0000-7000-8000-9f3a21bc77d1"),
        series="INV",
        year=2026,
        seq=17,
        currency="EUR",
        lines=LINES,
        recipient="Müller & Söhne\nHauptstraße 5\n80331 München\nGermany\nVAT number DE987654321",
        country="DE",
        seller=SELLER,
        rate=1900,
        amounts=split(total_of(LINES), 1900),
        paid_by="card" if kind is InvoiceKind.RECEIPT else "",
        issued_at=datetime(2026, 11, 26, 23, 59, tzinfo=UTC),
        keep_until=datetime(2037, 1, 1, tzinfo=UTC),
    )
    return replace(plain, **changes)


def to_pay(**changes: Any) -> Invoice:
    return document(InvoiceKind.INVOICE, **{"due_on": date(2026, 12, 10), "bank": BANK, **changes})


def read(pdf: bytes) -> tuple[PdfReader, str]:
    """The file as another program sees it, and its words with single spaces."""
    reader = PdfReader(BytesIO(pdf), strict=True)
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def printed(invoice: Invoice) -> str:
    return read(PdfPrinter().render(invoice))[1]


def test_everything_that_has_to_be_on_an_invoice_is_on_it() -> None:
    invoice = to_pay()
    text = printed(invoice)
    for line in invoice.lines:
        assert " ".join(line.description.split()) in text
        assert as_written(line.amount, "EUR") in text
    amounts = invoice.amounts
    expected = [
        f"Net {as_written(amounts.net, 'EUR')}",
        f"VAT 19 % {as_written(amounts.tax, 'EUR')}",
        f"Total {as_written(amounts.gross, 'EUR')}",
        "Invoice INV-2026-000017",
        "26 November 2026",
        "10 December 2026",
        "DE89 3704 0044 0532 0130 00",
        "9F3A-21BC-77D0",
        *SELLER.address,
        SELLER.vat_number,
        *invoice.recipient.split("\n"),
    ]
    assert [each for each in expected if each not in text] == []


def test_a_receipt_says_how_it_was_paid_and_asks_for_nothing() -> None:
    text = printed(document(recipient=""))
    assert "Paid by card on 26 November 2026. Nothing is left to pay." in text
    assert "IBAN" not in text
    assert "Customer 9F3A-21BC-77D0" in text


def test_a_credit_note_names_what_it_takes_back_and_why() -> None:
    note = document(
        InvoiceKind.CREDIT_NOTE,
        series="CN",
        seq=3,
        corrects_number="INV-2026-000012",
        reason="It was not paid in time.",
    )
    text = printed(note)
    assert "Credit note CN-2026-000003" in text
    assert "what invoice INV-2026-000012 said, as follows. It was not paid in time." in text
    assert f"Total credited {as_written(note.amounts.gross, 'EUR')}" in text


def test_a_small_business_says_why_there_is_no_tax() -> None:
    why = "Under section 19 of the German VAT act no VAT is charged."
    text = printed(document(rate=0, amounts=split(total_of(LINES), 0), tax_note=why))
    assert why in text
    assert "VAT 0" not in text


def test_a_recipient_in_any_script_we_have_letters_for_can_be_read() -> None:
    names = ["Ελλάδα", "«Фигурка»", "株式会社フィギュア", "피규어 주식회사", "Żółć Łódź", "Cửa hàng Hà Nội"]
    assert PdfPrinter().unprintable("\n".join(names)) == ""
    text = printed(document(recipient="\n".join(names)))
    assert [name for name in names if name not in text] == []


def test_what_is_written_from_the_right_is_set_from_the_right_with_brackets_that_open() -> None:
    assert in_reading_order("שלום (אבג)") == "(גבא) םולש"
    assert in_reading_order("רחוב 12") == "12 בוחר"
    assert in_reading_order("Main (1)") == "Main (1)"


def test_letters_we_do_not_have_are_named() -> None:
    assert PdfPrinter().unprintable("a\nก 🗿") == "ก🗿"


def test_many_lines_go_on_over_pages_that_know_how_many_they_are() -> None:
    lines = tuple(Line(description=f"Item {n}", quantity=1, unit_amount=n) for n in range(1, 61))
    reader, text = read(PdfPrinter().render(to_pay(lines=lines, amounts=split(total_of(lines), 1900))))
    assert len(reader.pages) == 3
    assert [f"Item {n}" for n in range(1, 61) if f"Item {n} " not in text] == []
    assert [f"page {n} of 3" for n in range(1, 4) if f"page {n} of 3" not in text] == []


def test_the_file_is_made_to_be_kept_and_says_nothing_of_the_machine() -> None:
    reader, _ = read(PdfPrinter().render(document()))
    metadata = reader.xmp_metadata
    assert metadata is not None
    root = reader.trailer["/Root"]
    assert (metadata.xmp_create_date, metadata.dc_title) == (
        datetime(2026, 11, 26, 23, 59),  # noqa: DTZ001 - as pypdf reads it
        {"x-default": "Invoice and receipt INV-2026-000017"},
    )
    assert "/OutputIntents" in root
    assert root["/Lang"] == "en"
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    assert all("/FontFile2" in font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts)


_AGAIN = """
from hashlib import sha256
from tests.integration.test_documents_on_paper import PdfPrinter, to_pay
print(sha256(PdfPrinter().render(to_pay(recipient="株式会社"))).hexdigest())
"""


def test_the_same_document_gives_the_same_bytes_in_another_process_at_another_time() -> None:
    here = sha256(PdfPrinter().render(to_pay(recipient="株式会社"))).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", _AGAIN], env={"PYTHONHASHSEED": "7"}, capture_output=True, check=True, text=True
    )
    assert there.stdout.strip() == here
