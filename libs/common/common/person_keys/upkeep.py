"""What keeps the keys in order: jobs for the clock door, and the operator's `rewrap`."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Protocol

from prometheus_client import Counter
from rich import box
from rich.console import Console
from rich.table import Table

from common.clock import Clock
from common.database import Database
from common.inventory import Inventory
from common.person_keys.keys import PersonKeys
from common.person_keys.resealing import count_old_forms, reseal_rows
from common.person_keys.rotating import count_keys, rewrap_keys
from common.service import Command, Job
from common.work import UnitOfWork, W

REWRAPPED = Counter("person_keys_rewrapped", "People's keys moved under the keyring's current key")
RESEALED = Counter(
    "person_keys_resealed_values", "Values that were sealed under the keyring, moved under their owner's"
)


class Objects(Protocol):
    """The files a service keeps for people, which it goes through in steps."""

    def begin_again(self) -> None:
        """From the first one on."""
        ...

    def step(self) -> int:
        """Some more; how many, 0 when it is done."""
        ...


def key_jobs(unit: UnitOfWork[W], inventory: Inventory, keys: PersonKeys) -> list[Job]:
    """The jobs of a service that seals for people."""
    return [
        Job(name="rewrap people's keys", every=timedelta(minutes=10), run=partial(_rewrap, unit.database, keys)),
        Job(
            name="seal under people's keys",
            every=timedelta(minutes=10),
            run=partial(_reseal, unit.database, inventory, keys, unit.clock),
        ),
    ]


def rewrap_command(
    unit: UnitOfWork[W], inventory: Inventory, keys: PersonKeys, *, objects: Objects | None = None
) -> Command:
    """`python -m <service> rewrap`: do now all that the jobs would do, and say which keys are still needed."""
    return partial(rewrap_everything, unit, inventory, keys, objects=objects)


def rewrap_everything(
    unit: UnitOfWork[W],
    inventory: Inventory,
    keys: PersonKeys,
    *,
    objects: Objects | None = None,
    console: Console | None = None,
) -> None:
    """Until there is nothing left to move; then a table of what was moved and what needs which version."""
    rewrapped = _all(partial(_rewrap, unit.database, keys))
    values = _all(partial(_reseal, unit.database, inventory, keys, unit.clock))
    console = console or Console(highlight=False)
    console.print(f"Moved: {rewrapped} people's keys, {values} values.")
    if objects is not None:
        objects.begin_again()
        console.print(f"Looked at the files of {_all(objects.step)} figurines and photos.")
    console.print(_needed(unit.database, inventory, current=keys.keyring.current))


def _needed(database: Database, inventory: Inventory, *, current: int) -> Table:
    table = Table("under the keyring", title="Which versions are needed", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("version", "how many"):
        table.add_column(heading, justify="right")
    for version, count in count_keys(database).items():
        table.add_row("people's keys", _named(version, current), str(count))
    with database.begin() as connection:
        for (column, version), count in sorted(count_old_forms(connection, inventory).items()):
            table.add_row(column, _named(version, current), str(count))
    return table


def _named(version: int, current: int) -> str:
    return f"{version} (current)" if version == current else str(version)


def _all(step: Callable[[], int]) -> int:
    total = 0
    while done := step():
        total += done
    return total


def _rewrap(database: Database, keys: PersonKeys) -> int:
    done = rewrap_keys(database, keys.keyring)
    REWRAPPED.inc(done)
    return done


def _reseal(database: Database, inventory: Inventory, keys: PersonKeys, clock: Clock) -> int:
    done = reseal_rows(database, inventory, keys, clock)
    RESEALED.inc(done)
    return done
