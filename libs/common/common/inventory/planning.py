"""What an erasure will do, written down before anything is destroyed.

Rows that are found through others, and objects that rows name, can no longer be found once
those are gone. So their keys are kept until the erasure is over: to do it, to do it again, and
to look afterwards whether anything is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from psycopg import sql

from common.database import Connection
from common.inventory.counting import count_held, key_of
from common.inventory.declarations import Bucket, Inventory, Table
from common.inventory.terms import Via
from common.inventory.whose import Subject, rows_of, table_named

Key: TypeAlias = UUID | str | int
K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to find what belongs to one person, also when the way there is gone.

    `keys` holds, for `table.column`, the values by which other tables' rows are found; `objects`,
    for each declared bucket, what the keys of its objects begin with; `found` counts what there
    was when it was written.
    """

    subject: Subject
    keys: Mapping[str, Sequence[Key]] = field(default_factory=dict[str, Sequence[Key]])
    objects: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    found: Mapping[str, int] = field(default_factory=dict[str, int])

    def parameters(self) -> dict[str, object]:
        """What the conditions of `planned_rows_of` are executed with."""
        return {**self.subject.parameters(), **{name: list(values) for name, values in self.keys.items()}}


def plan_erasure(connection: Connection, inventory: Inventory, subject: Subject) -> Plan:
    """Look up everything of a person, in the caller's transaction."""
    return Plan(
        subject=subject,
        keys={
            _key_name(via): _keys(connection, inventory, subject, via)
            for table in inventory.tables
            if isinstance(via := table.subject, Via)
        },
        objects={
            key_of(bucket): _objects(connection, inventory, subject, bucket)
            for bucket in inventory.buckets
            if bucket.subject is not None
        },
        found=count_held(connection, inventory, subject),
    )


def merged(earlier: Plan, later: Plan) -> Plan:
    """A plan that finds what either found: what was written between the two belongs to it as well."""
    return Plan(
        # Names may be gone with their keys by now that were written down when they could still be given.
        subject=Subject(
            user_id=later.subject.user_id,
            pseudonyms=_union(earlier.subject.pseudonyms, later.subject.pseudonyms),
        ),
        keys={name: _union(earlier.keys.get(name, ()), values) for name, values in later.keys.items()},
        objects={name: _union(earlier.objects.get(name, ()), names) for name, names in later.objects.items()},
        found={name: max(count, earlier.found.get(name, 0)) for name, count in later.found.items()},
    )


def plan_to(plan: Plan) -> dict[str, Any]:
    """A plan as it is kept: JSON in which every key says of what type it is."""
    return {
        "user_id": str(plan.subject.user_id),
        "pseudonyms": [pseudonym.hex() for pseudonym in plan.subject.pseudonyms],
        "keys": {name: [_tagged(key) for key in keys] for name, keys in plan.keys.items()},
        "objects": {name: list(names) for name, names in plan.objects.items()},
        "found": dict(plan.found),
    }


def plan_from(kept: Mapping[str, Any]) -> Plan:
    """A plan out of what was kept."""
    return Plan(
        subject=Subject(user_id=UUID(kept["user_id"]), pseudonyms=[bytes.fromhex(each) for each in kept["pseudonyms"]]),
        keys={name: [_untagged(*key) for key in keys] for name, keys in kept["keys"].items()},
        objects=kept["objects"],
        found=kept["found"],
    )


def planned_rows_of(table: Table) -> sql.Composed:
    """The condition that is true of a person's rows, by the keys of a plan; its parameters are the plan's.

    Raises LookupError for a table that is about nobody.
    """
    if isinstance(table.subject, Via):
        return sql.SQL("{} = ANY({})").format(
            sql.Identifier(table.subject.column), sql.Placeholder(_key_name(table.subject))
        )
    return rows_of(Inventory("", table), table)


def _tagged(key: Key) -> tuple[str, str]:
    return type(key).__name__, str(key)


def _untagged(kind: str, key: str) -> Key:
    return {"UUID": UUID, "int": int}.get(kind, str)(key)


def _key_name(via: Via) -> str:
    return f"{via.table}.{via.key}"


def _keys(connection: Connection, inventory: Inventory, subject: Subject, via: Via) -> Sequence[Key]:
    table = table_named(inventory, via.table)
    query = sql.SQL("SELECT DISTINCT {key} FROM {table} WHERE {rows} AND {key} IS NOT NULL").format(
        key=sql.Identifier(via.key), table=sql.Identifier(table.name), rows=rows_of(inventory, table)
    )
    return [key for (key,) in connection.execute(query, subject.parameters()).fetchall()]


def _objects(connection: Connection, inventory: Inventory, subject: Subject, bucket: Bucket) -> Sequence[str]:
    named = bucket.subject
    if named is None:
        message = f"{bucket.name} is about nobody"
        raise LookupError(message)
    table = table_named(inventory, named.table)
    query = sql.SQL("SELECT DISTINCT {key}::text FROM {table} WHERE {rows} AND {key} IS NOT NULL").format(
        key=sql.Identifier(named.column), table=sql.Identifier(table.name), rows=rows_of(inventory, table)
    )
    return [bucket.prefix + name for (name,) in connection.execute(query, subject.parameters()).fetchall()]


def _union(some: Sequence[K], others: Sequence[K]) -> Sequence[K]:
    return list(dict.fromkeys([*some, *others]))
