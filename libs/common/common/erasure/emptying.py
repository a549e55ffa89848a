"""One emptying of what a service declares, told kind by kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from common.erasure.statements import ClassOutcome
from common.inventory import Bucket, Inventory, Table, Withheld
from common.inventory.counting import key_of
from common.inventory.erasing import Outcome
from common.inventory.keeping import ground_of
from common.inventory.planning import Plan


def told(
    inventory: Inventory,
    plan: Plan,
    done: Mapping[str, Outcome],
    until: Mapping[str, datetime | None],
    before: Mapping[str, ClassOutcome],
) -> Mapping[str, ClassOutcome]:
    """What became of every kind of record about people, added to what earlier attempts did."""
    return {
        key_of(declared): _told(
            declared,
            found=plan.found.get(key_of(declared), 0),
            outcome=done.get(key_of(declared), Outcome()),
            until=until.get(key_of(declared)),
            before=before.get(key_of(declared)),
        )
        for declared in _about_people(inventory)
    }


def with_residue(classes: Mapping[str, ClassOutcome], residue: Mapping[str, int]) -> Mapping[str, ClassOutcome]:
    """The same, with what was found again."""
    return {name: replace(outcome, residue=residue.get(name, 0)) for name, outcome in classes.items()}


def _about_people(inventory: Inventory) -> Sequence[Table | Bucket]:
    return [declared for declared in (*inventory.tables, *inventory.buckets) if declared.subject is not None]


def _told(
    declared: Table | Bucket, *, found: int, outcome: Outcome, until: datetime | None, before: ClassOutcome | None
) -> ClassOutcome:
    before = before or ClassOutcome(what=declared.what, found=0)
    stays = outcome.kept + outcome.anonymised
    return ClassOutcome(
        what=declared.what,
        # Objects are found when they are looked for: rows may name what went long before, or several at once.
        found=max(found, before.found, before.erased + outcome.erased),
        erased=before.erased + outcome.erased,
        anonymised=before.anonymised + outcome.anonymised,
        retained=outcome.kept,
        ground=_ground(declared) if stays or before.anonymised else "",
        until=until.isoformat() if until else before.until,
    )


def _ground(declared: Table | Bucket) -> str:
    if isinstance(declared, Table):
        return ground_of(declared)
    return declared.erase.because if isinstance(declared.erase, Withheld) else ""
