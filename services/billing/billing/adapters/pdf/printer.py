"""The one layout of invoices, receipts and credit notes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from billing.adapters.pdf.paper import (
    ACCENT,
    INK,
    INNER,
    LEFT,
    QUIET,
    RIGHT,
    SHADE,
    TOP,
    WIDTH,
    Paper,
    is_wide,
    unprintable,
)
from billing.domain.invoices import BankAccount, Invoice, InvoiceKind
from billing.domain.money import as_written, percent_of

TITLES: Mapping[InvoiceKind, str] = {
    InvoiceKind.INVOICE: "Invoice",
    InvoiceKind.RECEIPT: "Invoice and receipt",
    InvoiceKind.CREDIT_NOTE: "Credit note",
}
# Where columns begin and how wide they are, in mm: description, quantity, price, amount.
COLUMNS = ((LEFT, 92.0), (LEFT + 92, 16.0), (LEFT + 108, 30.0), (LEFT + 138, 30.0))
FACTS_LEFT = LEFT + 100
FACTS_LABEL = 28.0
# DIN 5008 B: the address stands where a window shows it.
ADDRESS_TOP = 50.0


class PdfPrinter:
    """Prints documents. The same document gives the same bytes, whenever and wherever it is printed."""

    def render(self, invoice: Invoice) -> bytes:
        """The document as PDF/A-2u."""
        seller = invoice.seller
        footer = [seller.name, ", ".join(seller.address)]
        if seller.vat_number or seller.contact:
            footer.append("  ·  ".join(each for each in (_vat(seller.vat_number), seller.contact) if each))
        paper = Paper(
            title=f"{TITLES[invoice.kind]} {invoice.number}",
            identity=f"{invoice.id} layout {invoice.layout}",
            made_at=invoice.issued_at,
            footer=tuple(footer),
            wide=is_wide(_everything(invoice)),
        )
        for part in (_head, _recipient, _facts, _opening, _lines, _totals, _payment):
            part(paper, invoice)
        return bytes(paper.output())

    def unprintable(self, text: str) -> str:
        """The characters of a text that would come out as empty boxes."""
        return unprintable(text)


def _head(paper: Paper, invoice: Invoice) -> None:
    paper.set_xy(LEFT, TOP)
    paper.set_fill_color(*ACCENT)
    paper.rect(0, 0, WIDTH, 2.5, style="F")
    paper.write_text(invoice.seller.name, size=15, bold=True, height=8, width=INNER - 70)


def _recipient(paper: Paper, invoice: Invoice) -> None:
    paper.set_xy(LEFT, ADDRESS_TOP - 6)
    sender = "  ·  ".join([invoice.seller.name, *invoice.seller.address])
    paper.write_text(sender, size=6.5, colour=QUIET, width=85, height=3.2)
    paper.set_xy(LEFT, ADDRESS_TOP + 1)
    text = invoice.recipient or f"Customer {invoice.customer_number}"
    paper.write_text(text, size=10.5, width=85, height=5.2)
    paper.below = paper.get_y()


def _facts(paper: Paper, invoice: Invoice) -> None:
    facts = [
        ("Number", invoice.number),
        ("Date", as_date(invoice.issued_at)),
        ("Customer", invoice.customer_number),
        ("Order", str(invoice.order_id)[-12:]),
    ]
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        facts.insert(1, ("For invoice", invoice.corrects_number))
    else:
        facts.append(("Supplied", as_date(invoice.issued_at) if invoice.paid_by else "on payment"))
    if invoice.due_on:
        facts.append(("Due", as_date(invoice.due_on)))
    y = ADDRESS_TOP - 6
    for label, value in facts:
        paper.set_xy(FACTS_LEFT, y)
        paper.write_text(label, size=9, colour=QUIET, width=FACTS_LABEL)
        paper.set_xy(FACTS_LEFT + FACTS_LABEL, y)
        paper.write_text(value, size=9, width=WIDTH - RIGHT - FACTS_LEFT - FACTS_LABEL, align="R")
        y += 5.4
    paper.below = max(paper.below, y)


def _opening(paper: Paper, invoice: Invoice) -> None:
    paper.set_xy(LEFT, paper.below + 12)
    paper.write_text(f"{TITLES[invoice.kind]} {invoice.number}", size=16, bold=True, height=8)
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        paper.ln(1)
        paper.write_text(f"This takes back what invoice {invoice.corrects_number} said, as follows. {invoice.reason}")
    paper.ln(5)


def _lines(paper: Paper, invoice: Invoice) -> None:
    _row(paper, ("Description", "Quantity", "Price", "Amount"), quiet=True)
    paper.rule(paper.get_y() + 0.5)
    paper.ln(2)
    for line in invoice.lines:
        price, amount = (as_written(each, invoice.currency) for each in (line.unit_amount, line.amount))
        paper.make_room(10)
        _row(paper, (line.description, str(line.quantity), price, amount))
        paper.ln(1.2)
    paper.rule(paper.get_y() + 0.5)
    paper.ln(3)


def _row(paper: Paper, cells: Sequence[str], *, quiet: bool = False) -> None:
    top = lowest = paper.get_y()
    for place, (text, (left, width)) in enumerate(zip(cells, COLUMNS, strict=True)):
        paper.set_xy(left, top)
        if quiet:
            paper.write_text(text, size=8, colour=QUIET, width=width, height=4.5, align="R" if place else "L")
        else:
            paper.write_text(text, width=width, align="R" if place else "L")
        lowest = max(lowest, paper.get_y())
    paper.set_xy(LEFT, lowest)


def _totals(paper: Paper, invoice: Invoice) -> None:
    amounts, rate = invoice.amounts, percent_of(invoice.rate)
    total = "Total credited" if invoice.kind is InvoiceKind.CREDIT_NOTE else "Total"
    paper.make_room(30)
    if invoice.rate:
        _sum(paper, "Net", as_written(amounts.net, invoice.currency))
        _sum(paper, f"VAT {rate}", as_written(amounts.tax, invoice.currency))
    _sum(paper, total, as_written(amounts.gross, invoice.currency), bold=True)
    if invoice.tax_note:
        paper.ln(2)
        paper.write_text(invoice.tax_note, size=8.5, colour=QUIET, height=4.4)


def _sum(paper: Paper, label: str, amount: str, *, bold: bool = False) -> None:
    y = paper.get_y() + (1 if bold else 0)
    size = 12 if bold else 9.5
    (left, _), (right, width) = COLUMNS[1], COLUMNS[3]
    paper.set_xy(left, y)
    paper.write_text(label, size=size, bold=bold, colour=INK if bold else QUIET, width=42, height=6)
    paper.set_xy(right - 16, y)
    paper.write_text(amount, size=size, bold=bold, width=width + 16, height=6, align="R")
    paper.set_x(LEFT)


def _payment(paper: Paper, invoice: Invoice) -> None:
    paper.ln(8)
    if invoice.bank is not None and invoice.due_on is not None:
        _transfer(paper, invoice, invoice.bank, invoice.due_on)
    elif invoice.kind is InvoiceKind.RECEIPT:
        on = as_date(invoice.issued_at)
        paper.write_text(f"Paid by {invoice.paid_by} on {on}. Nothing is left to pay. Thank you.")
    elif invoice.kind is InvoiceKind.CREDIT_NOTE:
        paper.write_text(
            "What you have paid for it goes back the way it came. What you have not paid is no longer due."
        )


def _transfer(paper: Paper, invoice: Invoice, bank: BankAccount, due_on: date) -> None:
    facts = [
        ("Amount", as_written(invoice.amounts.gross, invoice.currency)),
        ("Account holder", bank.holder),
        ("IBAN", grouped(bank.iban)),
        *([("BIC", bank.bic)] if bank.bic else []),
        *([("Bank", bank.bank)] if bank.bank else []),
        ("Reference", invoice.number),
    ]
    height = 5.6 * len(facts) + 16
    paper.make_room(height + 12)
    top = paper.get_y()
    paper.set_fill_color(*SHADE)
    paper.rect(LEFT, top, INNER, height, style="F", round_corners=True, corner_radius=2.5)
    paper.set_xy(LEFT + 6, top + 5)
    paper.write_text(f"Please transfer by {as_date(due_on)}", size=10.5, bold=True, width=INNER - 12, height=6)
    y = paper.get_y() + 1
    for label, value in facts:
        paper.set_xy(LEFT + 6, y)
        paper.write_text(label, colour=QUIET, width=34)
        paper.set_xy(LEFT + 40, y)
        paper.write_text(value, bold=label in {"Amount", "IBAN", "Reference"}, width=INNER - 46)
        y += 5.6
    paper.set_xy(LEFT, top + height + 4)
    note = "Credits are added once the whole amount has arrived. The reference tells us whose money it is."
    paper.write_text(note, size=8.5, colour=QUIET)


def as_date(moment: date | datetime) -> str:
    """`3 December 2026`."""
    return f"{moment.day} {moment:%B} {moment.year}"


def grouped(iban: str) -> str:
    """An IBAN in groups of four, as people copy it."""
    plain = iban.replace(" ", "")
    return " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))


def _vat(number: str) -> str:
    return f"VAT number {number}" if number else ""


def _everything(invoice: Invoice) -> str:
    seller, lines = invoice.seller, [line.description for line in invoice.lines]
    bank = [invoice.bank.holder, invoice.bank.bank] if invoice.bank else []
    return "\n".join([invoice.recipient, invoice.reason, invoice.tax_note, seller.name, *seller.address, *lines, *bank])
