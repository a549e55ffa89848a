"""The terms of a declaration: whose, how long, and what becomes of it."""

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, TypeAlias

# --- Whose it is. A plain string is the column that holds the user id.


@dataclass(frozen=True, slots=True)
class Via:
    """Whose another table's row is: our `column` equals its `key`."""

    table: str
    column: str
    key: str = "id"


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """The column holds a keyed pseudonym; with the key, rows are found."""

    column: str


@dataclass(frozen=True, slots=True)
class NamedBy:
    """For buckets: whose the row is that names the object.

    Its `column` holds the key, or what the key begins with. The column's value stands after the
    prefix the bucket declares. `gone` is the column that says when the object went, where the row
    outlives it.
    """

    table: str
    column: str
    _: KW_ONLY
    gone: str | None = None


TableSubject: TypeAlias = str | Via | Pseudonym
BucketSubject: TypeAlias = NamedBy


# --- How long it is kept.


@dataclass(frozen=True, slots=True)
class Period:
    """So many units after a moment.

    `after` is the column that holds the moment: the row's own, or for buckets that of the row
    that names the object. Without one, buckets and queues count from arrival. `ground` is the
    law that asks for a period which outlives the account.
    """

    unit: ClassVar[str]
    count: int
    _: KW_ONLY
    after: str | None = None
    ground: str = ""

    @property
    def interval(self) -> str:
        """As Postgres and people write it, as in `10 years`."""
        return f"{self.count} {self.unit}"


class Hours(Period):
    """So many hours."""

    __slots__ = ()
    unit = "hours"


class Days(Period):
    """So many days of 24 hours."""

    __slots__ = ()
    unit = "days"


class Years(Period):
    """So many years of the calendar."""

    __slots__ = ()
    unit = "years"


@dataclass(frozen=True, slots=True)
class Until:
    """Until the moment in a column.

    The row's own, or for buckets that of the row that names the object. No moment is further away than
    `within`: one that is was written by a clock that ran ahead.
    """

    column: str
    _: KW_ONLY
    within: Period | None = None


@dataclass(frozen=True, slots=True)
class UntilErased:
    """Until its owner deletes it, or the account."""


@dataclass(frozen=True, slots=True)
class UntilTaken:
    """For queues: until the message is taken, or its delay is over."""


Retention: TypeAlias = Period | Until | UntilErased
QueueRetention: TypeAlias = Period | UntilTaken


# --- What becomes of it when its owner asks for erasure, or for a copy.


@dataclass(frozen=True, slots=True)
class Delete:
    """The row or object is destroyed."""


@dataclass(frozen=True, slots=True)
class Blank:
    """The columns become NULL; the row stays."""

    columns: tuple[str, ...]

    def __init__(self, *columns: str) -> None:
        object.__setattr__(self, "columns", columns)


@dataclass(frozen=True, slots=True)
class Pseudonymise:
    """The columns get a pseudonym that leads to nobody; the row stays.

    `through` names a function of the schema that does it, where the service's role may not
    rewrite the rows itself: it takes the user id and the pseudonym and returns how many it changed.
    """

    columns: tuple[str, ...]
    through: str

    def __init__(self, *columns: str, through: str = "") -> None:
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "through", through)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A reasoned refusal to erase or to export; the person reads the reason."""

    because: str


@dataclass(frozen=True, slots=True)
class AsJson:
    """Rows go into this file of the archive; sealed columns are opened."""

    path: str


@dataclass(frozen=True, slots=True)
class AsFiles:
    """Objects go into this folder of the archive; sealed ones are opened.

    `original` is what the keys of pictures end with, and `small` what those of their small copies end with: a page
    shows the one and leads to the other.
    """

    folder: str
    _: KW_ONLY
    original: str = ""
    small: str = ""


Erasure: TypeAlias = Delete | Blank | Pseudonymise | Withheld
TableExport: TypeAlias = AsJson | Withheld
BucketExport: TypeAlias = AsFiles | Withheld
