"""Documents on a real Postgres: their numbers, that they stand, and how they go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID, uuid4

import psycopg
import pytest

from billing.domain.invoices import Invoice, NoSuchInvoice, TooMuchCredited, check_details
from billing.inventory import INVENTORY
from billing.repository import Work
from billing.repository.invoices import Invoices
from billing.use_cases import invoicing
from billing.use_cases.invoicing import Sale
from common.clock import MovableClock
from common.database import Database
from common.inventory import Delete, Until, Withheld
from common.work import UnitOfWork
from tests.fakes.papers import TERMS, papers

YEAR = iter(range(2100, 2900, 5))


@pytest.fixture
def clock() -> MovableClock:
    """In the middle of a year that no other test knows, so that its series begins with 1."""
    return MovableClock(datetime(next(YEAR), 6, 15, 12, tzinfo=UTC))


def sale(user_id: UUID | None = None, **changes: object) -> Sale:
    plain = Sale(user_id=user_id or uuid4(), order_id=uuid4(), description="60 credits", amount=1499, currency="eur")
    return replace(plain, **changes)  # pyright: ignore[reportArgumentType]


def issued(unit: UnitOfWork[Work], what: Sale) -> Invoice:
    with unit.begin() as work:
        invoice = invoicing.issue(work, what, paid_by="card")
    assert invoice is not None
    return invoice


def credited(unit: UnitOfWork[Work], what: Sale, amount: int | None = None, *, source: str = "") -> Invoice | None:
    with unit.begin() as work:
        return invoicing.credit(
            work, what.order_id, amount=amount, source=source or f"refund:{uuid4()}", reason="It was returned."
        )


class Regret(Exception):
    """Something went wrong after the number was given out."""


def regret_unless(fine: bool) -> None:  # noqa: FBT001 - the only thing to say
    if not fine:
        raise Regret


def test_twenty_at_once_with_some_that_fail_leave_no_gap_and_no_two_alike(
    unit: UnitOfWork[Work], clock: MovableClock
) -> None:
    chance = Random(7)
    fates = [chance.random() < 0.6 for _ in range(80)]

    def issue(succeeds: bool) -> Invoice | None:  # noqa: FBT001 - what map hands over
        with suppress(Regret), unit.begin() as work:
            invoice = invoicing.issue(work, sale(), paid_by="card")
            regret_unless(succeeds)
            return invoice
        return None

    with ThreadPoolExecutor(20) as pool:
        done = [invoice for invoice in pool.map(issue, fates) if invoice]
    assert sorted(invoice.seq for invoice in done) == list(range(1, sum(fates) + 1))
    with unit.begin() as work:
        assert work.invoices.gaps() == 0


def test_a_number_is_never_dated_before_the_one_that_precedes_it(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    first = issued(unit, sale())
    clock.advance(timedelta(hours=-3))  # another machine, whose clock is behind
    second = issued(unit, sale())
    assert (second.seq, second.issued_at) == (2, first.issued_at)


def test_each_year_and_each_series_begins_with_one(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    one, two = sale(), sale()
    assert issued(unit, one).number == f"INV-{clock.now().year}-000001"
    clock.advance(timedelta(days=365))
    assert issued(unit, two).number == f"INV-{clock.now().year}-000001"
    note = credited(unit, one)
    assert note is not None
    assert note.number == f"CN-{clock.now().year}-000001"
    with unit.begin() as work:
        assert work.invoices.gaps() == 0


def test_a_gap_would_be_noticed(unit: UnitOfWork[Work], clock: MovableClock, database: Database) -> None:
    issued(unit, sale())
    found: list[int] = []
    with suppress(Regret), database.begin() as connection:
        connection.execute("UPDATE number_series SET last = last + 3 WHERE year = %s", [clock.now().year])
        found.append(Invoices(connection, clock, papers().sealer, papers().sealer).gaps())
        raise Regret
    assert found == [3]


def test_an_order_has_one_document_that_counts(unit: UnitOfWork[Work]) -> None:
    what = sale()
    with ThreadPoolExecutor(8) as pool:
        assert len({invoice.id for invoice in pool.map(lambda _: issued(unit, what), range(8))}) == 1
    credited(unit, what)
    again = issued(unit, what)
    assert again.seq == 2


def test_what_costs_nothing_needs_no_receipt(unit: UnitOfWork[Work]) -> None:
    with unit.begin() as work:
        assert invoicing.issue(work, sale(amount=0), paid_by="card") is None


@pytest.mark.parametrize(
    "change",
    ["UPDATE invoices SET gross = gross + 1, net = net + 1 WHERE id = %s", "DELETE FROM invoices WHERE id = %s"],
)
@pytest.mark.parametrize("role", ["service", "administrator"])
def test_a_document_that_was_issued_stands(
    unit: UnitOfWork[Work], billing_dsn: str, admin_dsn: str, change: str, role: str
) -> None:
    invoice = issued(unit, sale())
    with psycopg.connect(billing_dsn if role == "service" else admin_dsn) as connection:
        connection.execute("SET search_path = billing")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(change.encode(), [invoice.id])
    with unit.begin() as work:
        assert work.invoices.get(invoice.id) == invoice


def test_a_document_says_what_was_known_when_it_was_issued(unit: UnitOfWork[Work]) -> None:
    what = sale()
    details = check_details(company="Société Figurine", address=["1 rue X"], vat_number="FR123", country="FR")
    with unit.begin() as work:
        invoicing.keep_details(work, what.user_id, details)
    invoice = issued(unit, what)
    assert (invoice.country, invoice.rate, invoice.amounts.tax) == ("FR", 2000, 250)
    with unit.begin() as work:
        invoicing.keep_details(work, what.user_id, check_details(company="", address=[], vat_number="", country=""))
        assert work.invoices.details(what.user_id) is None
    later = UnitOfWork(
        service="billing",
        database=unit.database,
        build=partial(Work, papers=papers(replace(TERMS, seller=replace(TERMS.seller, name="Another name")))),
        clock=unit.clock,
    )
    with later.begin() as work:
        note = invoicing.credit(work, what.order_id, amount=None, source=f"refund:{uuid4()}", reason="So.")
        assert work.invoices.get(invoice.id) == invoice
    assert note is not None
    assert (note.recipient, note.seller, note.rate) == (invoice.recipient, invoice.seller, invoice.rate)


def test_parts_that_are_credited_sum_to_the_document(unit: UnitOfWork[Work]) -> None:
    what = sale()
    invoice = issued(unit, what)
    notes = [credited(unit, what, part) for part in (333, 500, 666)]
    amounts = [note.amounts for note in notes if note]
    assert sum(each.gross for each in amounts) == invoice.amounts.gross
    assert sum(each.tax for each in amounts) == invoice.amounts.tax
    assert credited(unit, what, 1) is None


def test_no_more_is_credited_than_was_invoiced_however_many_try(unit: UnitOfWork[Work]) -> None:
    what = sale()
    issued(unit, what)

    def try_once(_: int) -> int:
        try:
            note = credited(unit, what, 600)
        except TooMuchCredited:
            return 0
        return note.amounts.gross if note else 0

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(try_once, range(6))) == 1200


def test_a_refund_is_credited_once_however_often_it_is_told(unit: UnitOfWork[Work]) -> None:
    what, source = sale(), f"refund:{uuid4()}"
    issued(unit, what)
    with ThreadPoolExecutor(4) as pool:
        notes = list(pool.map(lambda _: credited(unit, what, 100, source=source), range(4)))
    assert len({note.id for note in notes if note}) == 1


def test_documents_are_for_their_owner_only(unit: UnitOfWork[Work]) -> None:
    invoice = issued(unit, sale())
    with unit.begin() as work, pytest.raises(NoSuchInvoice):
        invoicing.read_invoice(work, uuid4(), invoice.id)


def test_pages_hold_each_document_once_the_newest_first(unit: UnitOfWork[Work]) -> None:
    user_id = uuid4()
    ids = [issued(unit, sale(user_id)).id for _ in range(5)]
    found: list[UUID] = []
    with unit.begin() as work:
        while page := invoicing.list_invoices(work, user_id, before=found[-1] if found else None, limit=2):
            found += [invoice.id for invoice in page]
    assert found == ids[::-1]


def test_what_a_person_gave_is_stored_sealed(unit: UnitOfWork[Work], database: Database) -> None:
    what = sale()
    details = check_details(company="Unmistakable Ltd", address=["Nowhere 7"], vat_number="GB999", country="GB")
    with unit.begin() as work:
        invoicing.keep_details(work, what.user_id, details)
        assert invoicing.read_details(work, what.user_id) == details
    issued(unit, what)
    with database.begin() as connection:
        stored = connection.execute(
            """
            SELECT (SELECT string_agg(d::text, '') FROM billing_details d WHERE user_id = %(user)s)
                || (SELECT string_agg(i::text, '') FROM invoices i WHERE user_id = %(user)s)
            """,
            {"user": what.user_id},
        ).fetchone()
    assert stored is not None
    text = str(stored[0])
    # Postgres writes bytes in hexadecimal.
    for word in ("Unmistakable", "Nowhere", "GB999"):
        assert word not in text
        assert word.encode().hex() not in text


def test_a_document_goes_when_the_law_lets_it_go_and_not_before(database: Database) -> None:
    clock = MovableClock(datetime(2009, 5, 5, tzinfo=UTC))
    unit = UnitOfWork(service="billing", database=database, build=partial(Work, papers=papers()), clock=clock)
    old, recent = sale(), sale()
    invoice = issued(unit, old)
    note = credited(unit, old)
    clock.advance(timedelta(days=4000))
    kept = issued(unit, recent)
    assert note is not None

    def left() -> set[UUID]:
        with unit.begin() as work:
            return {
                each.id
                for what in (old, recent)
                for each in work.invoices.of_person(what.user_id, before=None, limit=9)
            }

    def forget() -> None:
        with unit.begin() as work:
            while invoicing.forget_over(work):
                pass

    clock.advance(datetime(2019, 12, 31, 23, 59, tzinfo=UTC) - clock.now())
    forget()
    assert left() == {invoice.id, note.id, kept.id}
    clock.advance(timedelta(minutes=2))
    forget()
    assert left() == {kept.id}
    with unit.begin() as work:
        assert work.invoices.gaps() == 0


def test_erasure_keeps_documents_under_their_ground_with_an_end_and_nothing_else() -> None:
    tables = {table.name: table for table in INVENTORY.tables}
    documents, details = tables["invoices"], tables["billing_details"]
    assert isinstance(documents.erase, Withheld)
    assert "Tax law" in documents.erase.because
    assert documents.retain == Until("keep_until")
    assert isinstance(details.erase, Delete)
    assert all(details.column(name).sealed for name in ("company", "address", "vat_number", "country"))


def test_a_person_reads_her_own_pages_whatever_the_other_has(
    unit: UnitOfWork[Work], published: Callable[[], list[object]]
) -> None:
    mine, other = issued(unit, sale()), issued(unit, sale())
    with unit.begin() as work:
        assert invoicing.list_invoices(work, mine.user_id, before=other.id, limit=5) == []
    assert published() == []
