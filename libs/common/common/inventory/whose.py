"""Which rows are one person's, as conditions built from the declarations."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from common.inventory.declarations import Inventory, Table
from common.inventory.terms import Pseudonym, Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person as one service knows her: her user id, and the pseudonyms that lead to her rows."""

    user_id: UUID
    pseudonyms: Sequence[bytes] = ()

    def parameters(self) -> dict[str, object]:
        """What the conditions of `rows_of` are executed with."""
        return {"user_id": self.user_id, "pseudonyms": list(self.pseudonyms)}


def rows_of(inventory: Inventory, table: Table) -> sql.Composed:
    """The condition that is true of a person's rows; its parameters are those of a Subject.

    Raises LookupError for a table that is about nobody.
    """
    match table.subject:
        case None:
            message = f"{table.name} is about nobody"
            raise LookupError(message)
        case Pseudonym(column=column):
            return sql.SQL("{} = ANY(%(pseudonyms)s)").format(sql.Identifier(column))
        case Via(table=other, column=column, key=key):
            return sql.SQL("{} IN (SELECT {} FROM {} WHERE {})").format(
                sql.Identifier(column),
                sql.Identifier(key),
                sql.Identifier(other),
                rows_of(inventory, table_named(inventory, other)),
            )
        case str(column):
            return sql.SQL("{} = %(user_id)s").format(sql.Identifier(column))


def table_named(inventory: Inventory, name: str) -> Table:
    """The table as it is declared. Raises LookupError."""
    for table in inventory.tables:
        if table.name == name:
            return table
    message = f"{inventory.service} declares no table {name}"
    raise LookupError(message)
