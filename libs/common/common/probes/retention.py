"""What every service looks at of its own deadlines: whether its sweeps run, and whether they leave nothing.

    retention_probes(INVENTORY, promise="K1", also=[…])      for Service.probes

Which promise its rows belong to is the service's to say. Nothing here reads a whole table: each question is answered
by the index that the sweep has, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, LiteralString

from psycopg import sql

from common.inventory import Inventory, Table
from common.inventory.expiring import overdue_of
from common.probes.finding import Finding
from common.probes.probe import Look, Probe
from common.sweeps import late_sweeps

SWEEPS_RUN: Final = "the sweeps run"
NOTHING_TOO_OLD: Final = "nothing is kept too long"

# A sweep that comes every ten minutes may be missed once, and may have a batch or two to do.
PATIENCE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A class of things that goes by a rule of its own.

    `question` is true while one of them is still there that should have gone by `%(limit)s`.
    """

    what: str
    question: LiteralString
    patience: timedelta = PATIENCE


def retention_probes(inventory: Inventory, *, promise: str, also: Sequence[Deadline] = ()) -> tuple[Probe, ...]:
    """The two of a service."""
    return (
        Probe(promise=promise, name=SWEEPS_RUN, check=look_at_the_sweeps),
        Probe(promise=promise, name=NOTHING_TOO_OLD, check=lambda look: look_for_the_oldest(look, inventory, also)),
    )


def look_at_the_sweeps(look: Look) -> Finding:
    """When each of them last ended well, as the database has it."""
    with look.read() as connection:
        ((expected,),) = connection.execute("SELECT count(*) FROM sweep_runs").fetchall()
        late = late_sweeps(connection)
    if not late:
        return Finding.of(f"All {expected} sweeps ended well lately.", broken=expected == 0, sweeps=expected)
    first = late[0]
    why = f": {first.trouble}" if first.trouble else ""
    return Finding.of(
        f"Of {expected} sweeps {len(late)} have stopped: “{first.job}” should have run "
        f"{round(first.late_by.total_seconds())} s ago{why}.",
        broken=True,
        sweeps=expected,
        late=len(late),
        which=", ".join(each.job for each in late[:5]),
    )


def look_for_the_oldest(look: Look, inventory: Inventory, also: Sequence[Deadline]) -> Finding:
    """Of each class, whether anything is there that should have gone by now."""
    now = look.clock.now()
    timed = [(table, overdue) for table in inventory.tables if (overdue := overdue_of(table)) is not None]
    with look.read() as connection:
        # A day begins at midnight in UTC, as for the sweep.
        connection.execute("SELECT set_config('timezone', 'UTC', true)")
        left = [
            table.name
            for table, overdue in timed
            if connection.execute(_any(table, overdue), {"now": now - PATIENCE}).fetchone()
        ]
        left += [
            each.what
            for each in also
            if connection.execute(each.question, {"limit": now - each.patience}).fetchall() != [(False,)]
        ]
    classes = len(timed) + len(also)
    sentence = (
        f"Of {classes} kinds of records with a deadline, {len(left)} hold something that should have gone: "
        f"{', '.join(left)}."
        if left
        else f"The oldest of each of {classes} kinds of records with a deadline is younger than that."
    )
    return Finding.of(sentence, broken=bool(left), classes=classes, overdue=len(left), which=", ".join(left[:5]))


def _any(table: Table, overdue: sql.Composed) -> sql.Composed:
    return sql.SQL("SELECT 1 FROM {} WHERE {} LIMIT 1").format(sql.Identifier(table.name), overdue)
