"""Promise S2: who gets a copy of the database finds no address in it, and no sealed value that can be read."""

from collections.abc import Iterator, Mapping
from typing import Any

from common.inventory import Column, Inventory, Table
from common.probes import windows
from common.probes.finding import Finding
from common.probes.probe import Look, Probe
from common.probes.readable import text_of, traces_in
from common.sealing import has_sealed_form, has_wrapped_form


def nothing_readable(inventory: Inventory) -> Probe:
    """Read some of every table as a thief would, who has no key.

    Which columns have to be sealed is what the inventory says; a table it does not know is read all the same.
    Broken on purpose: write an address into a sealed column, or an e-mail address, a telephone number or an IP address
    into any other.
    """
    return Probe(promise="S2", name="nothing readable in a dump", check=lambda look: _look(look, inventory))


def _look(look: Look, inventory: Inventory) -> Finding:
    declared = {table.name: table for table in inventory.tables}
    rows = sealed = 0
    seen: set[str] = set()
    wrong: set[str] = set()
    with look.read() as connection:
        for stored in windows.tables(connection):
            known = declared.get(stored.of)
            seen.add(stored.of)
            for row in windows.rows(connection, stored):
                rows += 1
                sealed += sum(1 for name, value in row.items() if value is not None and _column(known, name).sealed)
                wrong.update(f"{what} in {stored.of}.{name}" for name, what in _seen(known, row))
    which = ", ".join(sorted(wrong)[:5])
    return Finding.of(
        f"In {rows} rows of {len(seen)} tables of {inventory.service}, its newest and others by chance, {sealed} "
        "values had to be sealed; "
        + (
            f"this could be read: {which}."
            if wrong
            else "none could be read, and no e-mail address, telephone number "
            "or IP address stood anywhere else; names, which have no form, cannot be looked for."
        ),
        broken=bool(wrong),
        rows=rows,
        tables=len(seen),
        sealed=sealed,
        readable=len(wrong),
        which=which,
    )


def _seen(known: Table | None, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The columns in which something can be read that should not, and what."""
    for name, value in row.items():
        if value is not None:
            yield from ((name, what) for what in _flaws(_column(known, name), value))


def _flaws(column: Column, value: Any) -> Iterator[str]:
    if column.sealed:
        if not (isinstance(value, bytes) and has_sealed_form(value)):
            yield "a value that is not sealed"
    elif column.key_of:
        if not (isinstance(value, bytes) and has_wrapped_form(value)):
            yield "a key that is not wrapped"
    elif not column.ours:
        yield from (f"an {kind}" if kind[0] in "eI" else f"a {kind}" for kind in traces_in(text_of(value)))


def _column(known: Table | None, name: str) -> Column:
    return known.column(name) if known and name in known.columns else Column("Nobody declared it.")
