"""A person's documents for her archive: printed one after the other, as she would fetch them."""

from collections.abc import Iterator
from uuid import UUID

from billing.ports import Printer
from billing.repository import Work
from billing.use_cases import invoicing
from common.work import UnitOfWork

_AT_ONCE = 50


def printed(unit: UnitOfWork[Work], printer: Printer, user_id: UUID) -> Iterator[tuple[str, bytes]]:
    """The name of each invoice, receipt and credit note, and its PDF; no transaction is open while one is printed."""
    before: UUID | None = None
    while True:
        with unit.begin() as work:
            page = invoicing.list_invoices(work, user_id, before=before, limit=_AT_ONCE)
        for invoice in page:
            yield f"{invoice.number}.pdf", printer.render(invoice)
        if len(page) < _AT_ONCE:
            return
        before = page[-1].id
