"""Appointments of probes: one process of a service looks, signs and tells; what failed is tried again soon."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.clock import MovableClock
from common.contracts import EVENTS, decode
from common.contracts.rights import PromiseChecked
from common.database import Database
from common.erasure.statements import public_pem, verify
from common.errors import NotYet, Unavailable
from common.probes import Finding, Found, Look, Probe
from common.probes.desk import ProbeDesk
from common.work import UnitOfWork

KEY = Ed25519PrivateKey.generate()
EVERY = timedelta(minutes=5)


def kept(_look: Look) -> Finding:
    return Finding.of("All was well.", broken=False, seen=1)


def away(_look: Look) -> Finding:
    raise Unavailable


def probe(check: Callable[[Look], Finding]) -> Probe:
    return Probe(promise="U7", name="the books balance", check=check)


@pytest.fixture
def desk(service_database: Callable[[str], str], look_of: Callable[[str], Look], clock: MovableClock):
    database = Database(service_database("billing"), application="test", max_size=8)
    with database.begin() as connection:
        connection.execute("DELETE FROM outbox")
        connection.execute("DELETE FROM probe_runs")
    unit = UnitOfWork(service="billing", database=database, build=lambda *_: None, clock=clock)
    yield ProbeDesk(unit=unit, look=look_of("billing"), key=KEY)
    database.close()


def told(desk: ProbeDesk[None]) -> list[PromiseChecked]:
    with desk.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
    events = [decode(body, EVENTS).event for (body,) in rows]
    return [event for event in events if isinstance(event, PromiseChecked)]


def test_what_was_seen_is_told_once_and_signed_by_its_service(desk: ProbeDesk[None], clock: MovableClock) -> None:
    assert desk.take(probe(kept))
    (event,) = told(desk)
    verify(public_pem(KEY), event.statement, event.signature)
    said = json.loads(event.statement)
    assert (said["state"], said["checked"], said["figures"]) == ("kept", "All was well.", {"seen": 1})
    assert (said["service"], said["at"]) == ("billing", clock.now().isoformat())


def test_of_many_processes_one_looks_and_the_next_time_when_it_is_time(
    desk: ProbeDesk[None], clock: MovableClock
) -> None:
    with ThreadPoolExecutor(6) as pool:
        looked = list(pool.map(lambda _: desk.take(probe(kept)), range(6)))
    assert sum(looked) == 1
    clock.advance(EVERY / 2)
    assert not desk.take(probe(kept))
    clock.advance(EVERY / 2)
    assert desk.take(probe(kept))
    # A clock that was ahead when it looked last keeps nobody waiting.
    clock.advance(-timedelta(days=1))
    assert desk.take(probe(kept))


def test_who_could_not_look_says_nothing_and_tries_again_soon(desk: ProbeDesk[None]) -> None:
    with pytest.raises(Unavailable):
        desk.take(probe(away))
    assert told(desk) == []
    assert desk.take(probe(kept))
    (job,) = desk.jobs([probe(kept)])
    assert job.every <= timedelta(seconds=30)


def test_what_has_nothing_to_see_yet_is_no_fault_and_no_finding(desk: ProbeDesk[None]) -> None:
    def too_early(_look: Look) -> Finding:
        raise NotYet

    assert not desk.take(probe(too_early))
    assert told(desk) == []
    assert desk.take(probe(kept))


def test_nothing_to_keep_a_promise_for_is_no_good_news(desk: ProbeDesk[None]) -> None:
    desk.take(probe(lambda _: Finding.not_applicable("Nobody is connected.")))
    assert json.loads(told(desk)[0].statement)["state"] == Found.NOT_APPLICABLE
