"""What every service looks at: what it stores, whose rows those are, and whether it tells the others."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.promises import EVERYBODY
from common.database import Connection
from common.erasure import Fence
from common.erasure.tombstones import Tombstones
from common.errors import NotYet
from common.inventory import Inventory
from common.probes import Found, Look
from common.probes.declared import nothing_undeclared
from common.probes.leavers import nobody_who_left
from common.probes.telling import events_leave

FENCE = Fence(b"p" * 32)
LookOf = Callable[[str], Look]
OwnerOf = Callable[[str], Connection]


def inventory_of(service: str) -> Inventory:
    inventory: Inventory = import_module(f"{service}.inventory").INVENTORY
    return inventory


def migrations_of(service: str) -> Path:
    folder: Path = Path(str(import_module(service).__file__)).parent / "migrations"
    return folder


@pytest.mark.parametrize("service", EVERYBODY)
def test_each_service_stores_what_it_says_and_a_column_more_is_noticed(
    service: str, look_of: LookOf, owner_of: OwnerOf
) -> None:
    look, probe = look_of(service), nothing_undeclared(inventory_of(service), migrations_of(service))
    found = probe.check(look)
    assert found.state is Found.KEPT, found.checked
    assert int(found.figures["columns"]) > 30
    owner = owner_of(service)
    owner.execute("ALTER TABLE exports ADD COLUMN birthday date")
    owner.commit()
    try:
        found = probe.check(look)
    finally:
        owner.execute("ALTER TABLE exports DROP COLUMN birthday")
        owner.commit()
    assert found.state is Found.BROKEN
    assert "exports.birthday" in found.checked
    assert probe.check(look).state is Found.KEPT


def test_a_release_that_is_being_put_in_is_not_judged_by_the_one_before(look_of: LookOf, tmp_path: Path) -> None:
    with pytest.raises(NotYet):
        nothing_undeclared(inventory_of("analytics"), tmp_path).check(look_of("analytics"))


def left(connection: Connection, user_id: UUID, clock: MovableClock, *, ago: timedelta) -> None:
    at = clock.now() - ago
    Tombstones(connection).add(FENCE.mark(user_id), SYSTEM_CLOCK.new_id(), at=at)
    Tombstones(connection).close(FENCE.mark(user_id), at=at)


def write_about(connection: Connection, *people: UUID) -> None:
    for user_id in people:
        connection.execute(
            """
            INSERT INTO exports (request_id, user_id, state, not_before, asked_at)
            VALUES (%s, %s, 'ready', now(), now())
            """,
            [SYSTEM_CLOCK.new_id(), user_id],
        )


@pytest.mark.parametrize("service", EVERYBODY)
def test_a_row_of_somebody_who_left_is_found_among_those_of_people_who_did_not(
    service: str, look_of: LookOf, owner_of: OwnerOf, clock: MovableClock
) -> None:
    look, probe = look_of(service), nobody_who_left(inventory_of(service), FENCE)
    gone, *others = (SYSTEM_CLOCK.new_id() for _ in range(4))
    owner = owner_of(service)
    write_about(owner, *others)
    # Younger than the grace: whoever erases her may still come upon it.
    left(owner, others[0], clock, ago=timedelta(minutes=1))
    left(owner, gone, clock, ago=timedelta(days=3))
    owner.commit()
    try:
        before = probe.check(look)
        write_about(owner, gone)
        owner.commit()
        after = probe.check(look)
    finally:
        owner.execute("DELETE FROM exports WHERE user_id = ANY(%s)", [[gone, *others]])
        owner.execute("DELETE FROM tombstones WHERE person = ANY(%s)", [[FENCE.mark(gone), FENCE.mark(others[0])]])
        owner.commit()
    assert before.state is Found.KEPT, before.checked
    assert int(before.figures["people"]) >= 3
    assert after.state is Found.BROKEN
    assert after.checked.endswith("their rows are in exports.")
    assert str(gone) not in after.checked


def test_where_nobody_can_leave_nothing_is_promised_about_it(look_of: LookOf) -> None:
    assert nobody_who_left(inventory_of("billing"), None).check(look_of("billing")).state is Found.NOT_APPLICABLE


def test_an_event_that_nobody_takes_is_noticed_and_one_on_its_way_is_not(look_of: LookOf, owner_of: OwnerOf) -> None:
    look, probe, owner = look_of("analytics"), events_leave("analytics"), owner_of("analytics")

    def wait(for_: timedelta) -> Found:
        owner.execute(
            "INSERT INTO outbox (id, type, body, created_at) VALUES (%s, 'nobody.listens', '', now() - %s)",
            [SYSTEM_CLOCK.new_id(), for_],
        )
        owner.commit()
        return probe.check(look).state

    owner.execute("DELETE FROM outbox")
    owner.commit()
    assert probe.check(look).state is Found.KEPT
    try:
        assert wait(timedelta(minutes=1)) is Found.KEPT
        assert wait(timedelta(minutes=6)) is Found.BROKEN
    finally:
        owner.execute("DELETE FROM outbox")
        owner.commit()
