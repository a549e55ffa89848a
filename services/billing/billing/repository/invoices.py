"""Documents, the numbers they get, and what a person wants on them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb

from billing.domain.invoices import SERIES, BankAccount, BillingDetails, Draft, Invoice, InvoiceKind, Line, Seller
from billing.domain.money import Split
from common.clock import Clock
from common.database import Connection
from common.sealing import Sealer

LAYOUT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The next free number of a series, ours alone until the transaction ends, and the date that goes with it."""

    series: str
    year: int
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The document of an order that counts, and how much of it was taken back since."""

    invoice_id: UUID
    gross: int
    credited: int


class Invoices:
    """Rows that are written once. Only here are recipients and billing details sealed and opened.

    Recipients with `kept`, which outlives the account; billing details with `personal`, which goes with it.
    """

    def __init__(self, connection: Connection, clock: Clock, kept: Sealer, personal: Sealer) -> None:
        self._connection = connection
        self._clock = clock
        self._kept = kept
        self._personal = personal

    def next_place(self, kind: InvoiceKind) -> Place:
        """The next number. Whoever else issues in this series waits until this transaction ends."""
        now = self._clock.now()
        series = {"series": SERIES[kind], "year": now.year, "now": now}
        self._connection.execute(
            """
            INSERT INTO number_series (series, year, last, last_at) VALUES (%(series)s, %(year)s, 0, %(now)s)
            ON CONFLICT DO NOTHING
            """,
            series,
        )
        with self._connection.cursor(row_factory=class_row(Place)) as cursor:
            place = cursor.execute(
                """
                SELECT series, year, last + 1 AS seq, greatest(last_at, %(now)s) AS at
                  FROM number_series WHERE series = %(series)s AND year = %(year)s FOR UPDATE
                """,
                series,
            ).fetchone()
        if place is None:
            raise LookupError(f"no series {series}")
        return place

    def add(self, draft: Draft, place: Place, *, source: str, keep_until: datetime) -> Invoice:
        """Write the document down under its number."""
        invoice = Invoice(
            **{name: getattr(draft, name) for name in Draft.__slots__},
            id=self._clock.new_id(),
            series=place.series,
            year=place.year,
            seq=place.seq,
            issued_at=place.at,
            keep_until=keep_until,
            layout=LAYOUT,
        )
        self._connection.execute(
            "UPDATE number_series SET last = %s, last_at = %s WHERE series = %s AND year = %s",
            [place.seq, place.at, place.series, place.year],
        )
        self._insert(invoice, source)
        return invoice

    def by_source(self, source: str) -> Invoice | None:
        """The document that was issued for this, if it was."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute("SELECT * FROM invoices WHERE source = %s", [source]).fetchone()

    def get(self, invoice_id: UUID) -> Invoice:
        """A document by its id. Raises LookupError."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            invoice = cursor.execute("SELECT * FROM invoices WHERE id = %s", [invoice_id]).fetchone()
        if invoice is None:
            raise LookupError(f"no document {invoice_id}")
        return invoice

    def find(self, invoice_id: UUID, *, user_id: UUID) -> Invoice | None:
        """A person's own document."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                "SELECT * FROM invoices WHERE id = %s AND user_id = %s", [invoice_id, user_id]
            ).fetchone()

    def of_person(self, user_id: UUID, *, before: UUID | None, limit: int) -> list[Invoice]:
        """A person's documents, the newest first, at most `limit`, those older than `before`."""
        with self._connection.cursor(row_factory=kwargs_row(self._opened)) as cursor:
            return cursor.execute(
                """
                SELECT * FROM invoices
                 WHERE user_id = %(user_id)s
                   AND (%(before)s::uuid IS NULL
                        OR (issued_at, id) < (SELECT issued_at, id FROM invoices
                                               WHERE id = %(before)s AND user_id = %(user_id)s))
                 ORDER BY issued_at DESC, id DESC
                 LIMIT %(limit)s
                """,
                {"user_id": user_id, "before": before, "limit": limit},
            ).fetchall()

    def standing(self, order_id: UUID) -> list[Standing]:
        """What was issued for an order, credit notes counted off; the oldest first."""
        with self._connection.cursor(row_factory=class_row(Standing)) as cursor:
            return cursor.execute(
                """
                SELECT invoice.id AS invoice_id, invoice.gross, coalesce(sum(note.gross), 0)::int AS credited
                  FROM invoices AS invoice
                  LEFT JOIN invoices AS note ON note.corrects = invoice.id
                 WHERE invoice.order_id = %s AND invoice.kind <> 'credit_note'
                 GROUP BY invoice.id, invoice.year, invoice.seq
                 ORDER BY invoice.year, invoice.seq
                """,
                [order_id],
            ).fetchall()

    def gaps(self) -> int:
        """How many numbers are missing, or given out and on no document; of years that are forgotten, none is."""
        row = self._connection.execute(
            """
            SELECT coalesce(sum(CASE WHEN found.documents IS NULL THEN 0
                                     ELSE series.last - found.first + 1 - found.documents END), 0)
              FROM number_series AS series
              LEFT JOIN (SELECT series, year, count(*) AS documents, min(seq) AS first
                           FROM invoices GROUP BY 1, 2) AS found USING (series, year)
            """
        ).fetchone()
        return int(row[0]) if row else 0

    def forget_over(self, *, at_most: int) -> int:
        """Destroy documents whose time is up, credit notes before what they correct; returns how many."""
        return self._connection.execute(
            """
            DELETE FROM invoices WHERE id IN (
                SELECT id FROM invoices AS document
                 WHERE keep_until <= %s
                   AND NOT EXISTS (SELECT FROM invoices AS note WHERE note.corrects = document.id)
                 ORDER BY keep_until LIMIT %s)
            """,
            [self._clock.now(), at_most],
        ).rowcount

    def details(self, user_id: UUID) -> BillingDetails | None:
        """What the person wants on her documents, if she ever said."""
        row = self._connection.execute(
            "SELECT company, address, vat_number, country FROM billing_details WHERE user_id = %s", [user_id]
        ).fetchone()
        if row is None:
            return None
        company, address, vat_number, country = (
            _open(self._personal, sealed, user_id, f"billing_details.{name}")
            for sealed, name in zip(row, ("company", "address", "vat_number", "country"), strict=True)
        )
        lines = tuple(address.split("\n")) if address else ()
        return BillingDetails(company=company, address=lines, vat_number=vat_number, country=country)

    def keep_details(self, user_id: UUID, details: BillingDetails) -> None:
        """What counts for documents from now on."""
        fields = {
            "company": details.company,
            "address": "\n".join(details.address),
            "vat_number": details.vat_number,
            "country": details.country,
        }
        sealed = {
            name: _seal(self._personal, value, user_id, f"billing_details.{name}") for name, value in fields.items()
        }
        self._connection.execute(
            """
            INSERT INTO billing_details (user_id, company, address, vat_number, country, updated_at)
            VALUES (%(user_id)s, %(company)s, %(address)s, %(vat_number)s, %(country)s, %(now)s)
            ON CONFLICT (user_id) DO UPDATE
               SET company = excluded.company, address = excluded.address, vat_number = excluded.vat_number,
                   country = excluded.country, updated_at = excluded.updated_at
            """,
            {**sealed, "user_id": user_id, "now": self._clock.now()},
        )

    def forget_details(self, user_id: UUID) -> None:
        """Nothing of the person on documents from now on."""
        self._connection.execute("DELETE FROM billing_details WHERE user_id = %s", [user_id])

    def _insert(self, invoice: Invoice, source: str) -> None:
        recipient = _seal(self._kept, invoice.recipient, invoice.user_id, "invoices.recipient")
        amounts = invoice.amounts
        self._connection.execute(
            """
            INSERT INTO invoices (
                id, series, year, seq, kind, source, user_id, order_id, corrects, corrects_number, reason, recipient,
                country, seller, bank, lines, currency, rate, net, tax, gross, tax_note, paid_by, due_on, issued_at,
                keep_until, layout)
            VALUES (
                %(id)s, %(series)s, %(year)s, %(seq)s, %(kind)s, %(source)s, %(user_id)s, %(order_id)s, %(corrects)s,
                %(corrects_number)s, %(reason)s, %(recipient)s, %(country)s, %(seller)s, %(bank)s, %(lines)s,
                %(currency)s, %(rate)s, %(net)s, %(tax)s, %(gross)s, %(tax_note)s, %(paid_by)s, %(due_on)s,
                %(issued_at)s, %(keep_until)s, %(layout)s)
            """,
            {
                **{name: getattr(invoice, name) for name in (*Draft.__slots__, *Invoice.__slots__)},
                **asdict(amounts),
                "source": source,
                "recipient": recipient,
                "seller": Jsonb(asdict(invoice.seller)),
                "bank": Jsonb(asdict(invoice.bank)) if invoice.bank else None,
                "lines": Jsonb([asdict(line) for line in invoice.lines]),
                "amounts": None,
            },
        )

    def _opened(self, **columns: Any) -> Invoice:
        del columns["source"]
        seller, bank = columns.pop("seller"), columns.pop("bank")
        amounts = Split(net=columns.pop("net"), tax=columns.pop("tax"), gross=columns.pop("gross"))
        return Invoice(
            kind=InvoiceKind(columns.pop("kind")),
            recipient=_open(self._kept, columns.pop("recipient"), columns["user_id"], "invoices.recipient"),
            seller=_seller(**seller),
            bank=BankAccount(**bank) if bank else None,
            lines=tuple(Line(**line) for line in columns.pop("lines")),
            amounts=amounts,
            **columns,
        )


def _seal(sealer: Sealer, value: str, owner: UUID, purpose: str) -> bytes:
    return sealer.seal(value.encode(), owner=str(owner), purpose=purpose)


def _open(sealer: Sealer, sealed: bytes, owner: UUID, purpose: str) -> str:
    return sealer.open(sealed, owner=str(owner), purpose=purpose).decode()


def _seller(*, address: list[str], **fields: str) -> Seller:
    return Seller(address=tuple(address), **fields)
