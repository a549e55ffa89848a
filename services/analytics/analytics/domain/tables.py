"""Reports as tables: columns that know their types, and rows. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from common.errors import Invalid

Value = str | int | float | date | None
Row = Mapping[str, Value]


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    DAY = "day"


# What stands in a column; a whole number will do for a number.
_TYPES: Final[Mapping[Kind, tuple[type, ...]]] = {
    Kind.TEXT: (str,),
    Kind.COUNT: (int,),
    Kind.NUMBER: (int, float),
    Kind.DAY: (date,),
}


class WrongValue(Exception):
    """A row does not fit its columns."""


class FormatRefused(Invalid):
    """A report is to be had as json, csv or parquet."""


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES: Final[Mapping[Format, str]] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, and what that means, in words with the unit."""

    name: str
    kind: Kind
    meaning: str

    def checked(self, value: object) -> Value:
        """The value, if it is of this kind. Raises WrongValue."""
        if value is not None and not isinstance(value, _TYPES[self.kind]):
            raise WrongValue(f"{self.name} is a {type(value).__name__}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report: rows that may be read once, as they come."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Mapping[str, object]]

    def checked(self) -> Iterator[Row]:
        """The rows, each held against the columns. Raises WrongValue."""
        for row in self.rows:
            if set(row) != {column.name for column in self.columns}:
                raise WrongValue(f"columns {sorted(row)}")
            yield {column.name: column.checked(row[column.name]) for column in self.columns}
