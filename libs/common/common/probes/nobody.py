"""Promise T4: who counts holds no user id, no address, and nothing else that leads to a person."""

import re
from typing import Final

from common.database import Connection
from common.inventory import COMMON_TABLES, Inventory
from common.probes import windows
from common.probes.finding import Finding
from common.probes.probe import Look, Probe
from common.probes.readable import text_of, traces_in

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def counts_nobody(inventory: Inventory) -> Probe:
    """Look for columns that could hold an id or an address of a person, and for such values in some rows.

    What every service has for its events and for erasures is left out: there a user id is what the work is about.
    Broken on purpose: add a column of type uuid or inet to `facts`, or write a user id into one of text.
    """
    return Probe(promise="T4", name="counting knows nobody", check=lambda look: _look(look, inventory))


def _look(look: Look, inventory: Inventory) -> Finding:
    shared = {table.name for table in COMMON_TABLES}
    rows = 0
    seen: set[str] = set()
    wrong: set[str] = set()
    with look.read() as connection:
        for stored in windows.tables(connection):
            if stored.of in shared:
                continue
            seen.add(stored.of)
            wrong.update(f"{stored.of}.{name}" for name in _telling_columns(connection, stored.name))
            for row in windows.rows(connection, stored):
                rows += 1
                wrong.update(f"{stored.of}.{name}" for name, value in row.items() if _tells(text_of(value)))
    which = ", ".join(sorted(wrong)[:5])
    return Finding.of(
        f"{len(seen)} tables in which {inventory.service} counts, and {rows} of their rows, were looked through: "
        + (f"these columns lead to a person: {which}." if wrong else "no column holds a user id or an address."),
        broken=bool(wrong),
        tables=len(seen),
        rows=rows,
        columns=len(wrong),
        which=which,
    )


def _telling_columns(connection: Connection, table: str) -> list[str]:
    rows = connection.execute(
        """
        SELECT column_name FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = %s AND udt_name IN ('uuid', 'inet', 'cidr', 'macaddr')
        """,
        [table],
    ).fetchall()
    return [str(name) for (name,) in rows]


def _tells(text: str) -> bool:
    return bool(_ID.search(text) or traces_in(text))
