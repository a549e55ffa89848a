"""Documents as PDF, printed from what is stored."""

from billing.adapters.pdf.printer import PdfPrinter

__all__ = ["PdfPrinter"]
