"""An invoice as PDF."""

from typing import TYPE_CHECKING

from ops.emulators.stripe.errors import Json
from ops.emulators.stripe.periods import day
from ops.emulators.stripe.showing import SELLER

if TYPE_CHECKING:
    from fpdf import FPDF

_LABEL = "Stripe emulator - test mode, no real money"


def invoice_pdf(invoice: Json) -> bytes:
    """One page; says what it is."""
    # Half a second of imports that hardly anybody needs.
    from fpdf import FPDF  # noqa: PLC0415

    pdf = FPDF()
    pdf.set_title(f"Invoice {invoice['number']}")
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    for text in (_LABEL, f"Invoice {invoice['number']}", f"{SELLER}, {day(invoice['created'])}", ""):
        pdf.cell(0, 7, _plain(text), new_x="LMARGIN", new_y="NEXT")
    for row in invoice["lines"]["data"]:
        _line(pdf, row["description"], row["amount"], invoice["currency"])
    _line(pdf, "Total", invoice["total"], invoice["currency"])
    _line(pdf, "Paid" if invoice["status"] == "paid" else "To pay", invoice["amount_due"], invoice["currency"])
    return bytes(pdf.output())


def _line(pdf: "FPDF", words: str, amount: int, currency: str) -> None:
    pdf.cell(150, 7, _plain(words))
    pdf.cell(0, 7, f"{amount / 100:.2f} {currency.upper()}", align="R", new_x="LMARGIN", new_y="NEXT")


def _plain(text: str) -> str:
    """What the built-in fonts can write."""
    return text.encode("latin-1", "replace").decode("latin-1")
