"""What a service declares: its tables, its bucket prefixes, its queues."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass

from common.inventory.purposes import Category, Purpose
from common.inventory.terms import (
    BucketExport,
    BucketSubject,
    Erasure,
    QueueRetention,
    Retention,
    TableExport,
    TableSubject,
)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column is, where a sentence alone does not say it.

    `category` and `purposes` differ from the table's; `sealed` columns hold ciphertext, and `key_of` ones the wrapped
    keys of the objects in the bucket they name; `withheld` is the reason why a copy of the person's data leaves the
    column out; what is `ours` says nothing of a person, as the studio's own address on an invoice or a bank's number of
    a movement.
    """

    sentence: str
    _: KW_ONLY
    category: Category | None = None
    purposes: tuple[Purpose, ...] | None = None
    sealed: bool = False
    key_of: str | None = None
    withheld: str | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, column by column.

    `what` is what its rows are, as the person they are about would call them. A string in
    `columns` is a Column with only that sentence. With `subject=None` it holds nothing about a
    person, and `because` says why not.
    """

    name: str
    _: KW_ONLY
    columns: Mapping[str, str | Column]
    subject: TableSubject | None
    because: str = ""
    what: str = ""
    category: Category | None = None
    purposes: tuple[Purpose, ...] = ()
    retain: Retention | None = None
    erase: Erasure | None = None
    export: TableExport | None = None

    def column(self, name: str) -> Column:
        """The column, with its sentence at least. Raises KeyError."""
        declared = self.columns[name]
        return Column(declared) if isinstance(declared, str) else declared


@dataclass(frozen=True, slots=True)
class Bucket:
    """The objects of a bucket whose keys begin with `prefix`.

    `what` is what they are, as the person they are about would call them.
    With `subject=None` they hold nothing about a person, and `because` says why not.
    """

    name: str
    _: KW_ONLY
    prefix: str = ""
    subject: BucketSubject | None
    because: str = ""
    what: str = ""
    category: Category | None = None
    purposes: tuple[Purpose, ...] = ()
    retain: Retention | None = None
    erase: Erasure | None = None
    export: BucketExport | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, how long a message can stay in it, and why that hurts nobody."""

    name: str
    _: KW_ONLY
    retain: QueueRetention
    because: str


@dataclass(frozen=True, slots=True, init=False)
class Inventory:
    """Everything one service stores."""

    service: str
    tables: tuple[Table, ...]
    buckets: tuple[Bucket, ...]
    queues: tuple[Queue, ...]

    def __init__(self, service: str, *declared: Table | Bucket | Queue) -> None:
        object.__setattr__(self, "service", service)
        object.__setattr__(self, "tables", tuple(each for each in declared if isinstance(each, Table)))
        object.__setattr__(self, "buckets", tuple(each for each in declared if isinstance(each, Bucket)))
        object.__setattr__(self, "queues", tuple(each for each in declared if isinstance(each, Queue)))
