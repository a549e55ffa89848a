"""Promise R3: what lies encrypted lies under its owner's own key, so that no backup of it outlives that."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from common.database import Connection
from common.inventory import Delete, Inventory, Table
from common.probes import windows
from common.probes.finding import Finding
from common.probes.probe import Look, Probe
from common.sealing import is_under_a_person

# Where a value names its key.
_NAMED: Final = slice(1, 17)


def under_own_keys(inventory: Inventory) -> Probe:
    """Look whose key some values and wrapped keys name: one that lives, and whose row it is.

    What the law keeps for longer than its owner's account is left out, and so is what was sealed before people had
    keys. Broken on purpose: destroy somebody's row of `person_keys`, or give a sealed row to somebody else.
    """
    return Probe(promise="R3", name="encrypted under one's own key", check=lambda look: _look(look, inventory))


def has_any(inventory: Inventory) -> bool:
    """Whether there is anything to look at."""
    return any(map(_columns, _tables(inventory)))


def _look(look: Look, inventory: Inventory) -> Finding:
    found: list[tuple[str, UUID | None, UUID]] = []
    with look.read() as connection:
        stored = {each.name: each for each in windows.tables(connection)}
        for table in _tables(inventory):
            if table.name in stored and _columns(table):
                for row in windows.rows(connection, stored[table.name]):
                    found.extend(_named(table, row))
        owners = _owners(connection, {key for _, _, key in found})
    gone = [place for place, _, key in found if key not in owners]
    foreign = [place for place, owner, key in found if owner and owners.get(key, owner) != owner]
    return Finding.of(
        f"Of {len(found)} encrypted values of {inventory.service}, the newest and others by chance, {len(gone)} lie "
        f"under a key that is gone, and {len(foreign)} under somebody else's.",
        broken=bool(gone or foreign),
        values=len(found),
        gone=len(gone),
        foreign=len(foreign),
        which=", ".join(sorted({*gone, *foreign})[:5]),
    )


def _tables(inventory: Inventory) -> list[Table]:
    return [table for table in inventory.tables if isinstance(table.erase, Delete)]


def _columns(table: Table) -> list[str]:
    return [name for name in table.columns if table.column(name).sealed or table.column(name).key_of]


def _named(table: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, UUID | None, UUID]]:
    """Place, owner where the row says so itself, and key of each value in it."""
    owner = row[table.subject] if isinstance(table.subject, str) else None
    for name in _columns(table):
        value = row[name]
        if isinstance(value, bytes) and is_under_a_person(value) and len(value) >= _NAMED.stop:
            yield f"{table.name}.{name}", owner, UUID(bytes=value[_NAMED])


def _owners(connection: Connection, keys: set[UUID]) -> Mapping[UUID, UUID]:
    """Whose these keys are, of those that live: of the same moment as the values."""
    rows = connection.execute("SELECT id, user_id FROM person_keys WHERE id = ANY(%s)", [list(keys)]).fetchall()
    return dict(rows)
