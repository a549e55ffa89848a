"""Faults and threats are counted by the hour, told as often as it takes, and nobody stands in it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.clock import MovableClock
from common.contracts import EVENTS, decode
from common.contracts.gateway import SignalsCounted
from common.contracts.promises import witnesses_of
from common.database import Database
from common.probes import Found, Look
from common.service import Service
from common.web import create_app
from common.work import UnitOfWork
from gateway.jobs.signals import Watch
from gateway.jobs.signals_seen import SIGNAL_PROBES
from gateway.repository import Work
from gateway.routes.signals import Tally
from tests.integration.gateway.studio import ORIGIN, Studio

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> MovableClock:
    clock = MovableClock()
    # The middle of an hour, so that a few minutes stay in it.
    clock.advance(HOUR * 1.5 - timedelta(minutes=clock.now().minute, seconds=clock.now().second))
    return clock


@pytest.fixture
def unit(studio: Studio, clock: MovableClock) -> UnitOfWork[Work]:
    return replace(studio.service.unit, clock=clock)


@pytest.fixture
def watched(studio: Studio, unit: UnitOfWork[Work]) -> Studio:
    """The studio with a clock of its own."""
    ports = [Tally(unit) if isinstance(port, Tally) else port for port in studio.service.ports]
    service = replace(studio.service, unit=unit, ports=ports)
    return replace(studio, service=service, app=create_app(service))


def counted(unit: UnitOfWork[Work]) -> dict[str, int]:
    with unit.database.begin() as connection:
        rows = connection.execute("SELECT signal, sum(count)::int FROM signals GROUP BY signal").fetchall()
    return dict(rows)


def told(unit: UnitOfWork[Work]) -> list[SignalsCounted]:
    with unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
    events = [decode(body, EVENTS).event for (body,) in rows]
    return [event for event in events if isinstance(event, SignalsCounted)]


def ask(studio: Studio, method: str, path: str, **options: Any) -> int:
    """Ask, and let the server do what it does once the answer is sent."""
    response = studio.client().open(path, method=method, base_url=ORIGIN, **options)
    response.close()
    return response.status_code


def test_what_the_door_refuses_is_counted_by_kind(watched: Studio, unit: UnitOfWork[Work]) -> None:
    wrong = {"email": "nobody@example.org", "password": "not a password"}
    assert ask(watched, "POST", "/v1/sessions", json=wrong) == 401
    assert ask(watched, "POST", "/v1/sessions", json=wrong) == 401
    assert ask(watched, "GET", "/v1/account", headers={"Authorization": "Bearer guessed"}) == 401
    assert ask(watched, "GET", "/v1/account") == 401
    assert ask(watched, "GET", "/wp-login.php") == 404
    assert ask(watched, "GET", "/s/" + "a" * 22) == 404
    assert ask(watched, "POST", "/v1/payments/stripe/webhook", data=b"{}", headers={"Stripe-Signature": "t=1"}) >= 400
    assert ask(watched, "POST", "/v1/sessions", json=wrong, headers={"Sec-Fetch-Site": "cross-site"}) == 403
    found = counted(unit)
    webhooks = found.pop("webhook_refused", 0) + found.pop("service_away", 0)
    assert webhooks == 1
    assert found == {
        "sign_in_failed": 2,
        "token_refused": 1,
        "address_unknown": 1,
        "link_refused": 1,
        "forged_request": 1,
    }


def test_a_refused_photo_is_counted_by_its_code(watched: Studio, unit: UnitOfWork[Work]) -> None:
    ada = replace(watched.sign_up(), studio=watched)
    refused = ada.order(b"not a photo")
    refused.close()
    assert refused.status_code >= 400
    assert counted(unit) == {f"upload_refused.{refused.get_json()['code']}": 1}


def test_an_hour_is_told_whole_and_again_once_it_grows(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    tally, watch = Tally(unit), Watch(unit=unit)
    first = clock.now().replace(minute=0, second=0, microsecond=0)
    notice(tally, "sign_in_failed", 3)
    assert (watch.tell(), watch.tell()) == (1, 0)
    notice(tally, "sign_in_failed", 2)
    clock.advance(HOUR)
    notice(tally, "sign_in_failed", 1)
    assert (watch.tell(), watch.tell()) == (2, 0)
    assert [(each.hour, each.count) for each in told(unit)] == [(first, 3), (first, 5), (first + HOUR, 1)]


def test_two_who_tell_at_once_tell_each_hour_once(unit: UnitOfWork[Work]) -> None:
    tally, watch = Tally(unit), Watch(unit=unit)
    for n in range(40):
        notice(tally, f"signal {n}", 1)
    with ThreadPoolExecutor(4) as pool:
        many = sum(pool.map(lambda _: watch.tell(), range(4)))
    assert many + watch.tell() == 40
    assert sorted(each.signal for each in told(unit)) == sorted(f"signal {n}" for n in range(40))


def test_a_transaction_that_breaks_off_tells_nothing_and_the_next_one_all(unit: UnitOfWork[Work]) -> None:
    notice(Tally(unit), "sign_in_failed", 3)
    with suppress(ZeroDivisionError), unit.begin() as work:
        assert len(work.signals.take_untold(limit=10)) == 1
        raise ZeroDivisionError
    assert Watch(unit=unit).tell() == 1
    assert [each.count for each in told(unit)] == [3]


def test_of_a_flood_nothing_is_lost_however_many_threads_notice_it(unit: UnitOfWork[Work]) -> None:
    tallies = [Tally(unit), Tally(unit)]

    def flood(n: int) -> None:
        for _ in range(25):
            tallies[n % 2].note("rate_limited")
            tallies[n % 2].write()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(flood, range(16)))
    assert counted(unit) == {"rate_limited": 400}


def test_what_could_not_be_written_waits_for_the_next_answer(unit: UnitOfWork[Work]) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1", application="test")
    tally = Tally(replace(unit, database=nowhere))
    tally.note("sign_in_failed")
    tally.write()
    nowhere.close()
    assert tally.waiting
    assert counted(unit) == {}


def test_what_was_noticed_is_written_in_the_hour_it_was_noticed_in(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    tally = Tally(unit)
    tally.note("rate_limited")
    noticed = clock.now().replace(minute=0, second=0, microsecond=0)
    clock.advance(HOUR)
    tally.write()
    Watch(unit=unit).tell()
    assert [each.hour for each in told(unit)] == [noticed]


def notice(tally: Tally, signal: str, times: int) -> None:
    for _ in range(times):
        tally.note(signal)
    tally.write()


def test_its_probe_turns_red_when_nobody_tells_and_green_again_when_somebody_does(
    studio: Studio, unit: UnitOfWork[Work], clock: MovableClock
) -> None:
    (probe,) = SIGNAL_PROBES
    assert (probe.promise, probe.name) in {(each.promise, each.probe) for each in witnesses_of("gateway")}

    def found() -> Found:
        return probe.check(Look(database=studio.service.unit.database, clock=clock)).state

    tally, watch = Tally(unit), Watch(unit=unit)
    assert found() is Found.KEPT
    notice(tally, "sign_in_failed", 3)
    clock.advance(timedelta(minutes=4))
    assert found() is Found.KEPT, "it is told within half a minute, and may take five"
    clock.advance(timedelta(minutes=2))
    assert found() is Found.BROKEN
    watch.tell()
    assert found() is Found.KEPT
    clock.advance(timedelta(minutes=10))
    notice(tally, "sign_in_failed", 1)
    assert found() is Found.KEPT, "what was told long ago does not make it late"


def test_the_clock_asks_for_it(gateway_service: Service[Work]) -> None:
    assert {"tell signals", "forget usage rates"} <= {job.name for job in gateway_service.jobs}
