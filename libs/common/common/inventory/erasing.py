"""Erases one person from what a service declares, and looks whether anything is left.

    plan = plan_erasure(connection, inventory, subject)      first, and committed
    erase_objects(store, inventory, plan)                    then, outside any transaction
    erase_rows(connection, inventory, plan, pseudonym=…)     then, in one transaction
    count_rows_left(connection, inventory, plan)             last, in another one
    count_objects_left(store, inventory, plan)               and outside it

Each may be done again at any time: what is gone is not missed.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from uuid import UUID

from psycopg import sql

from common.database import Connection
from common.inventory.counting import key_of
from common.inventory.declarations import Bucket, Inventory, Table
from common.inventory.order import emptying_order
from common.inventory.planning import Plan, planned_rows_of
from common.inventory.terms import Blank, Delete, Pseudonymise, Via, Withheld

# Calls to the store at a time.
AT_ONCE = 8


class Store(Protocol):
    """What erasure needs of an object store."""

    def delete_all(self, bucket: str, name: str) -> int:
        """Destroy an object and all below it with all its versions and unfinished uploads; returns how many."""
        ...

    def count_all(self, bucket: str, name: str) -> int:
        """How many objects, versions and unfinished uploads there are of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one kind of record: rows or objects destroyed, made anonymous, or kept for a reason."""

    erased: int = 0
    anonymised: int = 0
    kept: int = 0
    because: str = ""

    def added(self, other: "Outcome") -> "Outcome":
        """Both together."""
        return Outcome(
            erased=self.erased + other.erased,
            anonymised=self.anonymised + other.anonymised,
            kept=self.kept + other.kept,
            because=self.because or other.because,
        )


def erase_objects(store: Store, inventory: Inventory, plan: Plan) -> Mapping[str, Outcome]:
    """Destroy the objects a plan names, or say why they are kept."""
    return {
        key_of(bucket): _destroy(store, bucket, plan.objects[key_of(bucket)])
        for bucket in inventory.buckets
        if bucket.subject is not None
    }


def erase_rows(connection: Connection, inventory: Inventory, plan: Plan, *, pseudonym: UUID) -> Mapping[str, Outcome]:
    """Destroy rows or make them anonymous, as declared, in the caller's transaction.

    `pseudonym` stands where the user id stood; it must lead to nobody.
    """
    parameters = {**plan.parameters(), "pseudonym": pseudonym}
    return {table.name: _erase(connection, table, parameters) for table in emptying_order(connection, inventory)}


def count_rows_left(connection: Connection, inventory: Inventory, plan: Plan) -> Mapping[str, int]:
    """Rows that can still be found of a person: read again from the server, by the plan's own keys.

    What is kept for a declared reason is no residue; what hangs on a row that lost its link has lost it, too.
    """
    parameters = plan.parameters()
    return {
        table.name: _count_left(connection, table, parameters)
        for table in inventory.tables
        if table.subject is not None and not _stays(table)
    }


def count_objects_left(store: Store, inventory: Inventory, plan: Plan) -> Mapping[str, int]:
    """Objects that can still be found of a person: listed again by the store, by the plan's own names."""
    return {
        key_of(bucket): _for_each(partial(store.count_all, bucket.name), plan.objects[key_of(bucket)])
        for bucket in inventory.buckets
        if bucket.subject is not None and not isinstance(bucket.erase, Withheld)
    }


def _for_each(count: Callable[[str], int], names: Sequence[str]) -> int:
    """The sum over all names, several at a time: a store answers each in milliseconds, and there may be thousands."""
    if len(names) < 2:
        return sum(map(count, names))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(count, names))


def _stays(table: Table) -> bool:
    kept_with_another = isinstance(table.erase, Pseudonymise) and isinstance(table.subject, Via)
    return isinstance(table.erase, Withheld) or kept_with_another


def _destroy(store: Store, bucket: Bucket, names: Sequence[str]) -> Outcome:
    match bucket.erase:
        case Delete():
            return Outcome(erased=_for_each(partial(store.delete_all, bucket.name), names))
        case Withheld(because=because):
            return Outcome(kept=_for_each(partial(store.count_all, bucket.name), names), because=because)
        case _:
            message = f"{bucket.name} does not say whether its objects are destroyed"
            raise LookupError(message)


def _erase(connection: Connection, table: Table, parameters: Mapping[str, object]) -> Outcome:
    name, rows = sql.Identifier(table.name), planned_rows_of(table)
    match table.erase:
        case Delete():
            query = sql.SQL("DELETE FROM {} WHERE {}").format(name, rows)
            return Outcome(erased=connection.execute(query, parameters).rowcount)
        case Blank(columns=columns):
            changes = sql.SQL(", ").join(sql.SQL("{} = NULL").format(sql.Identifier(column)) for column in columns)
            query = sql.SQL("UPDATE {} SET {} WHERE {}").format(name, changes, rows)
            return Outcome(anonymised=connection.execute(query, parameters).rowcount)
        case Pseudonymise() as pseudonymise:
            return Outcome(anonymised=_pseudonymise(connection, table, pseudonymise, parameters))
        case Withheld(because=because):
            return Outcome(kept=_count(connection, table, parameters), because=because)
        case None:
            message = f"{table.name} does not say what erasure does"
            raise LookupError(message)


def _pseudonymise(connection: Connection, table: Table, how: Pseudonymise, parameters: Mapping[str, object]) -> int:
    if how.through:
        # What nobody may rewrite is rewritten by its owner's function, which can do only that.
        query = sql.SQL("SELECT {}(%(user_id)s, %(pseudonym)s)").format(sql.Identifier(how.through))
        row = connection.execute(query, parameters).fetchone()
        return int(row[0]) if row else 0
    if not how.columns:
        # The link is in the row it hangs on, which loses it.
        return _count(connection, table, parameters)
    changes = sql.SQL(", ").join(sql.SQL("{} = %(pseudonym)s").format(sql.Identifier(column)) for column in how.columns)
    query = sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(table.name), changes, planned_rows_of(table))
    return connection.execute(query, parameters).rowcount


def _count_left(connection: Connection, table: Table, parameters: Mapping[str, object]) -> int:
    """A row that was to be emptied is left while something is in it."""
    if not isinstance(table.erase, Blank):
        return _count(connection, table, parameters)
    filled = sql.SQL(" OR ").join(
        sql.SQL("{} IS NOT NULL").format(sql.Identifier(name)) for name in table.erase.columns
    )
    query = sql.SQL("SELECT count(*) FROM {} WHERE {} AND ({})").format(
        sql.Identifier(table.name), planned_rows_of(table), filled
    )
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0


def _count(connection: Connection, table: Table, parameters: Mapping[str, object]) -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table.name), planned_rows_of(table))
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0
