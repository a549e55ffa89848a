"""Until when at the latest what stays of a person is kept, by the declared periods."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import sql

from common.database import Connection
from common.inventory.declarations import Inventory, Table
from common.inventory.planning import Plan, planned_rows_of
from common.inventory.terms import Period, Pseudonymise, Until, Withheld


def kept_until(connection: Connection, inventory: Inventory, plan: Plan) -> Mapping[str, datetime | None]:
    """For every table whose rows stay: when the last of this person's goes, as far as that is fixed by now."""
    return {
        table.name: _last(connection, table, plan.parameters())
        for table in inventory.tables
        if table.subject is not None and isinstance(table.erase, Withheld | Pseudonymise)
    }


def ground_of(table: Table) -> str:
    """Why rows stay: the refusal, or the law the period is for."""
    return table.erase.because if isinstance(table.erase, Withheld) else law_of(table)


def law_of(table: Table) -> str:
    """The law that asks for a period which outlives the account."""
    return table.retain.ground if isinstance(table.retain, Period) else ""


def end_of(table: Table) -> sql.Composable:
    """When the period of a row is over, as an expression; NULL where no moment is fixed."""
    match table.retain:
        case Until(column=column):
            return sql.Identifier(column)
        case Period(after=str(column), interval=interval):
            return sql.SQL("{} + {}::interval").format(sql.Identifier(column), interval)
        case _:
            return sql.SQL("NULL::timestamptz")


def _last(connection: Connection, table: Table, parameters: Mapping[str, Any]) -> datetime | None:
    row = connection.execute(
        sql.SQL("SELECT max(({})::timestamptz) FROM {} WHERE {}").format(
            end_of(table), sql.Identifier(table.name), planned_rows_of(table)
        ),
        parameters,
    ).fetchone()
    return row[0] if row else None
