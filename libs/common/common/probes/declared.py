"""Promise C1: what is stored is what the inventory declares, and nothing besides.

Broken on purpose: the owner of a schema adds a column to a table of it.
"""

from pathlib import Path

from common.errors import NotYet
from common.inventory import Inventory
from common.inventory.gate import live_columns
from common.migrations import names
from common.probes.finding import Finding
from common.probes.probe import Look, Probe

_NAMED = 5


def nothing_undeclared(inventory: Inventory, migrations: Path) -> Probe:
    """Compare what the schema has with what the service says it stores, and why."""
    declared = {f"{table.name}.{column}" for table in inventory.tables for column in table.columns}
    known = names(migrations)

    def check(look: Look) -> Finding:
        with look.read() as connection:
            applied = {name for (name,) in connection.execute("SELECT name FROM migrations").fetchall()}
            live = live_columns(connection)
        if applied - known:
            # A newer release is being put in: what its tables are for, only that one knows.
            raise NotYet
        stored = {f"{table}.{column}" for table, columns in live.items() for column in columns}
        strange = sorted(stored - declared)
        beside = f", but for {len(strange)}: {', '.join(strange[:_NAMED])}" if strange else ""
        return Finding.of(
            f"{inventory.service} stores {len(stored)} columns in {len(live)} tables, and says of each what it is and "
            f"why it is kept{beside}.",
            broken=bool(strange),
            tables=len(live),
            columns=len(stored),
            undeclared=len(strange),
        )

    return Probe(promise="C1", name="nothing undeclared", check=check)
