"""An old backup of the database is put back: whoever left since is erased again before anybody is served."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from ops.services import SERVICES
from tests.fixtures import inside
from tests.fixtures.customer import Customer, expect
from tests.fixtures.leaver import Erasure
from tests.fixtures.stack import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

RETAINED = {"billing.invoices"}
# A change that was applied stays applied: a backup is put back into the schema of today.
KEPT = "migrations"


def tables(connection: psycopg.Connection) -> Iterator[sql.Identifier]:
    rows = connection.execute(
        """
        SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE nspname = ANY(%s) AND relname <> %s AND relkind = 'r'
        """,
        [list(SERVICES), KEPT],
    ).fetchall()
    return (sql.Identifier(schema, table) for schema, table in rows)


def backup(stack: RunningStack) -> dict[str, bytes]:
    """Every row of every service, of one moment."""
    kept: dict[str, bytes] = {}
    with psycopg.connect(stack.postgres.admin_url()) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in list(tables(connection)):
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(table)) as copy:
                kept[table.as_string()] = b"".join(bytes(piece) for piece in copy)
    return kept


def restore(stack: RunningStack, kept: dict[str, bytes]) -> None:
    """Nothing but that, as of then; triggers and references wait as they do for pg_restore."""
    with psycopg.connect(stack.postgres.admin_url()) as connection:
        connection.execute("SET session_replication_role = replica")
        everything = list(tables(connection))
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(everything)))
        for table in everything:
            into = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(table)
            with connection.cursor().copy(into) as copy:
                copy.write(kept[table.as_string()])


def test_after_an_old_backup_is_put_back_nobody_meets_who_left(stack: RunningStack) -> None:
    with closing(Customer(stack)) as leaver, closing(Customer(stack)) as stayer:
        leaver.wait_for_credits()
        leaver.wait_until_ended(expect(202, leaver.order(title="Quagmire"))["id"])
        kept = backup(stack)
        assert Erasure(leaver).wait()["missing"] == []
        with stack.without(*(program.name for program in stack.application.programs())):
            restore(stack, kept)
            assert "gateway.accounts" in inside.tables_with(inside.dump(stack), leaver.id.encode())
        # Ready means that every service has read the journal.
        assert inside.tables_with(inside.dump(stack), leaver.id.encode()) <= RETAINED
        credentials = {"email": leaver.email, "password": leaver.password}
        assert leaver.http.post("/v1/sessions", json=credentials).status_code == 401
        assert stayer.get("account")["id"] == stayer.id
        lines = inside.log_lines(stack)
        assert any(b"backup restored: erased again" in said for said in lines.values())
