"""Derived from the inventories: in every table with a period, what is too old goes, and what is young stays."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

import privacy.repository.evidence
import privacy.repository.requests
from common.clock import Clock, MovableClock
from common.database import Connection, Database
from common.inventory import Inventory, Table, Until
from common.inventory.expiring import ends_by_age, forget_expired, put_right
from common.inventory.terms import Period
from common.outbox import Outbox
from common.upkeep import forget
from common.work import UnitOfWork
from ops.services import SERVICES
from privacy.inventory import EVIDENCE_KEPT, REQUESTS_KEPT

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

Sweep = Callable[[Connection, MovableClock], object]

# What goes by a rule of its own: who reads its rows may not delete them, or only some of them.
OWN_RULES: Mapping[tuple[str, str], Sweep] = {
    ("privacy", "evidence"): lambda connection, clock: privacy.repository.evidence.Evidence(connection, clock).forget(
        kept=EVIDENCE_KEPT.interval, limit=5000
    ),
    ("privacy", "requests"): lambda connection, clock: privacy.repository.requests.Requests(connection, clock).forget(
        kept=REQUESTS_KEPT.interval, limit=5000
    ),
    ("billing", "invoices"): lambda connection, _: connection.execute(
        "DELETE FROM invoices WHERE keep_until <= now() AND user_id IS NOT NULL"
    ),
}

# A row for each person who asked for something within the hour, written anew with each request: an index would cost
# every request more than reading the few of them costs the sweep.
READ_FROM_END_TO_END = {("gateway", "request_rates")}

# Of these only the day is kept.
BY_THE_DAY = {
    ("analytics", name) for name in ("facts", "time_spent", "cohorts", "rollups_of_days", "rollups_of_clients")
}

# Where the type alone does not say what a row may hold.
VALUES: Mapping[tuple[str, str], dict[str, object]] = {
    ("gateway", "security_log"): {"kind": "signed_in"},
    ("gateway", "mails"): {"state": "sent", "ticket_id": UUID(int=1)},
    ("gateway", "tickets"): {"state": "closed", "email": b"sealed", "closed_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ("gateway", "ticket_messages"): {"author": "person"},
    ("gateway", "corrections"): {"state": "following"},
    ("gateway", "announcement_letters"): {"state": "sent"},
    ("generation", "uploads"): {"state": "deleted"},
    ("privacy", "archives"): {"state": "gone"},
    ("privacy", "requests"): {"kind": "access", "state": "completed"},
    ("analytics", "facts"): {"kind": "page", "mark": 16},
    ("analytics", "time_spent"): {"subject": 16},
    ("analytics", "cohorts"): {"member": 16},
    ("analytics", "sketches"): {"grain": "hour", "measure": "people"},
    ("billing", "payment_events"): {"source": "webhook"},
    ("billing", "invoices"): {"kind": "invoice", "gross": 2, "issued_at": datetime(1990, 1, 1, tzinfo=UTC)},
}
COMMON_VALUES: Mapping[str, dict[str, object]] = {"exports": {"state": "ready"}}


def inventory_of(service: str) -> Inventory:
    return import_module(f"{service}.inventory").INVENTORY


def timed(service: str) -> list[Table]:
    """The tables that the inventory gives an end by a moment."""
    return [table for table in inventory_of(service).tables if isinstance(table.retain, Period | Until)]


def column_of(table: Table) -> str:
    assert isinstance(table.retain, Period | Until)
    column = table.retain.column if isinstance(table.retain, Until) else table.retain.after
    assert column is not None
    return column


SWEPT = [
    (service, table.name)
    for service in SERVICES
    for table in timed(service)
    if ends_by_age(table) or (service, table.name) in OWN_RULES
]


def test_every_table_with_a_period_is_swept_or_is_a_book_that_the_law_wants_kept() -> None:
    left = [
        f"{service}.{table.name}"
        for service in SERVICES
        for table in timed(service)
        if (service, table.name) not in SWEPT and not (isinstance(table.retain, Period) and table.retain.ground)
    ]
    assert left == []


def test_every_class_that_was_promised_an_end_has_one() -> None:
    assert {
        ("gateway", "sessions"),
        ("gateway", "security_log"),
        ("gateway", "mails"),
        ("gateway", "inbox"),
        ("generation", "uploads"),
        ("privacy", "archives"),
        ("billing", "payment_events"),
        ("analytics", "facts"),
    } <= set(SWEPT)


@pytest.fixture
def as_service(admin_dsn: str, service_database: Callable[[str], str]):
    """A transaction that is taken back, in which rows are written by an administrator and swept by the service."""

    @contextmanager
    def opened(service: str) -> Generator[Connection]:
        service_database(service)
        with psycopg.connect(admin_dsn) as connection:
            connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(service)))
            connection.execute("SET LOCAL session_replication_role = replica")
            yield connection
            connection.rollback()

    return opened


def put(connection: Connection, service: str, table: Table, moment: datetime) -> None:
    """The least row there can be, with this moment in the column its period counts from."""
    columns = connection.execute(
        """
        SELECT column_name, udt_name FROM information_schema.columns
         WHERE table_schema = %s AND table_name = %s
           AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
        """,
        [service, table.name],
    ).fetchall()
    given = VALUES.get((service, table.name)) or COMMON_VALUES.get(table.name, {})
    values: dict[str, Any] = {name: _value(kind, given.get(name), moment) for name, kind in columns}
    values |= {name: _value("", value, moment) for name, value in given.items() if name not in values}
    values[column_of(table)] = moment
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table.name),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        ),
        list(values.values()),
    )


def _value(kind: str, given: object, moment: datetime) -> object:
    if isinstance(given, int) and kind == "bytea":
        return uuid4().bytes[:given]
    if given is not None:
        return given
    of_kind: dict[str, object] = {
        "uuid": uuid4(),
        "timestamptz": moment,
        "date": moment,
        **dict.fromkeys(("int2", "int4", "int8", "float8"), 1),
        "bytea": uuid4().bytes,
        "jsonb": Jsonb({}),
        "bool": True,
        "_text": [],
    }
    return of_kind.get(kind, f"x{uuid4().hex}")


def ends(connection: Connection, table: Table, at: datetime) -> datetime:
    """The moment in the row whose time is over at that one."""
    interval = table.retain.interval if isinstance(table.retain, Period) else "0 days"
    connection.execute("SET LOCAL timezone TO 'UTC'")
    ((moment,),) = connection.execute("SELECT %s - %s::interval", [at, interval]).fetchall()
    return moment


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def moments(connection: Connection, table: Table, *wanted: datetime) -> set[datetime]:
    column = sql.Identifier(column_of(table))
    rows = connection.execute(
        sql.SQL("SELECT {column}::timestamptz FROM {table} WHERE {column} = ANY(%s)").format(
            column=column, table=sql.Identifier(table.name)
        ),
        [list(wanted)],
    ).fetchall()
    return {found for (found,) in rows}


@pytest.mark.parametrize(("service", "name"), SWEPT)
def test_a_row_that_is_too_old_goes_and_a_young_one_stays(service: str, name: str, as_service: Any) -> None:
    now = datetime.now(UTC)
    (table,) = [each for each in timed(service) if each.name == name]
    with as_service(service) as connection:
        end = ends(connection, table, now)
        old, young = end - MINUTE, end + MINUTE
        if (service, name) in BY_THE_DAY:
            # A period that is told by the day ends with it.
            old, young = (midnight(each) for each in (end - DAY, end + DAY))
        for moment in (old, young):
            put(connection, service, table, moment)
        connection.execute("SET LOCAL session_replication_role = origin")
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(service)))
        assert moments(connection, table, old, young) == {old, young}
        if (own := OWN_RULES.get((service, name))) is not None:
            own(connection, MovableClock(now))
        else:
            assert forget_expired(connection, inventory_of(service), now)[name] >= 1
        assert moments(connection, table, old, young) == {young}


@pytest.mark.parametrize(("service", "name"), [each for each in SWEPT if each not in OWN_RULES])
def test_a_row_that_a_clock_wrote_that_ran_ahead_does_not_stay_for_ever(
    service: str, name: str, as_service: Any
) -> None:
    (table,) = [each for each in timed(service) if each.name == name]
    now = datetime.now(UTC)
    ahead = midnight(now + 4000 * DAY)
    with as_service(service) as connection:
        put(connection, service, table, ahead)
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(service)))
        # Tests with clocks of their own leave more of them.
        assert put_right(connection, inventory_of(service), now)[name] >= 1
        assert moments(connection, table, ahead) == set()


@pytest.mark.parametrize(("service", "name"), [each for each in SWEPT if each not in READ_FROM_END_TO_END])
def test_what_is_too_old_is_found_by_an_index(service: str, name: str, as_service: Any) -> None:
    (table,) = [each for each in timed(service) if each.name == name]
    with as_service(service) as connection:
        found = connection.execute(
            """
            SELECT 1 FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
             WHERE indrelid = %s::regclass AND attname = %s
            """,
            [f"{service}.{name}", column_of(table)],
        ).fetchall()
    assert found, (
        f"{service}.{name} would be read from end to end for what is too old: give {column_of(table)} an index"
    )


def _no_rooms(_connection: Connection, _outbox: Outbox, _clock: Clock) -> None:
    return


def test_a_table_that_cannot_be_swept_keeps_no_other_waiting_and_is_told(
    service_database: Callable[[str], str],
) -> None:
    (inbox,) = [table for table in timed("gateway") if table.name == "inbox"]
    database = Database(service_database("gateway"), application="deadlines-test")
    unit: UnitOfWork[None] = UnitOfWork(service="gateway", database=database, build=_no_rooms)
    old = uuid4()
    try:
        with database.begin() as connection:
            connection.execute("INSERT INTO inbox VALUES (%s, now() - interval '31 days')", [old])
        with pytest.raises(psycopg.errors.UndefinedTable):
            forget(unit, Inventory("gateway", replace(inbox, name="nowhere"), inbox))
        with database.begin() as connection:
            assert connection.execute("SELECT 1 FROM inbox WHERE event_id = %s", [old]).fetchall() == []
    finally:
        database.close()
