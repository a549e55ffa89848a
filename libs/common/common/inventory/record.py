"""The record of processing, as its declarations tell it (Art. 30 GDPR). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from common.inventory.counting import key_of
from common.inventory.declarations import Bucket, Column, Inventory, Table
from common.inventory.purposes import Category, Purpose
from common.inventory.terms import (
    AsFiles,
    AsJson,
    Blank,
    Delete,
    Erasure,
    Period,
    Pseudonymise,
    Retention,
    Until,
    UntilErased,
    Withheld,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that is stored: what it is, whether it lies encrypted, why a copy leaves it out."""

    name: str
    sentence: str
    sealed: bool
    withheld: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kind of record about a person, in words: what, why, how long, and what becomes of it.

    `outcome` is what an erasure does, in one word: `destroyed` `emptied` `unlinked` or `kept`.
    """

    key: str
    what: str
    category: Category
    purposes: tuple[Purpose, ...]
    kept: str
    erased: str
    outcome: str
    exported: str
    fields: tuple[Field, ...]


def entries(inventory: Inventory) -> list[Entry]:
    """What a service stores about people. What is about nobody is left out."""
    declared = (*inventory.tables, *inventory.buckets)
    return [_entry(each) for each in declared if each.subject is not None]


def _entry(declared: Table | Bucket) -> Entry:
    if declared.category is None or declared.retain is None or declared.erase is None or declared.export is None:
        message = f"{key_of(declared)} is not declared completely"
        raise LookupError(message)
    return Entry(
        key=key_of(declared),
        what=declared.what,
        category=declared.category,
        purposes=declared.purposes,
        kept=_kept(declared, declared.retain),
        erased=_erased(declared.erase, declared.retain),
        outcome=_outcome(declared.erase),
        exported=_exported(declared.export),
        fields=tuple(_fields(declared)),
    )


def _fields(declared: Table | Bucket) -> Iterator[Field]:
    if isinstance(declared, Bucket):
        # Every object of the studio is sealed; the store never sees a picture.
        yield Field(name="file", sentence="The file itself.", sealed=True, withheld=None)
        return
    for name in declared.columns:
        column = declared.column(name)
        sealed = column.sealed or column.key_of is not None
        yield Field(name=name, sentence=column.sentence, sealed=sealed, withheld=column.withheld)


def _kept(declared: Table | Bucket, retain: Retention) -> str:
    match retain:
        case Until(column=column):
            return f"Until the moment that is stored with it{_meaning(declared, column)}."
        case UntilErased():
            return "Until you delete it, or your account."
        case Period() as period:
            counted = f" from then on{_meaning(declared, period.after)}" if period.after else " from its arrival"
            ground = f", because of {period.ground}" if period.ground else ""
            return f"For {_units(period)}{counted}{ground}."


def _meaning(declared: Table | Bucket, name: str) -> str:
    column = declared.column(name) if isinstance(declared, Table) and name in declared.columns else None
    return f" ({_lower(column)})" if column else ""


def _lower(column: Column) -> str:
    sentence = column.sentence.rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def _units(period: Period) -> str:
    return period.interval if period.count != 1 else f"1 {period.unit.rstrip('s')}"


def _erased(erase: Erasure, retain: Retention) -> str:
    match erase:
        case Delete():
            return "It is destroyed when you ask for erasure."
        case Blank():
            return "What is yours in it is emptied when you ask for erasure."
        case Pseudonymise():
            ground = retain.ground if isinstance(retain, Period) else ""
            why = f" It has to be kept, because of {ground}." if ground else ""
            return f"It loses every link to you when you ask for erasure.{why}"
        case Withheld(because=because):
            return because


def _outcome(erase: Erasure) -> str:
    match erase:
        case Delete():
            return "destroyed"
        case Blank():
            return "emptied"
        case Pseudonymise():
            return "unlinked"
        case Withheld():
            return "kept"


def _exported(export: AsJson | AsFiles | Withheld) -> str:
    match export:
        case AsJson(path=path):
            return f"In your archive as {path}."
        case AsFiles(folder=folder):
            return f"In your archive, in the folder {folder}."
        case Withheld(because=because):
            return because
