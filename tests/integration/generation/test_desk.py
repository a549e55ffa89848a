"""What operators see of jobs and engines, and what they may do: nothing of whose they are, and no end that was not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK
from generation.adapters.gemini.breaker import Breaker
from generation.adapters.gemini.failures import CallFailed
from generation.jobs.breakers import BreakerWatch
from generation.repository import BREAKER_CHANNEL
from tests.fakes.engine import FakeEngine, fails
from tests.integration.generation.doors import ISSUER
from tests.integration.generation.shop import Shop

Staff = Callable[..., TestResponse]
OPERATOR = SYSTEM_CLOCK.new_id()


@pytest.fixture
def staff(client: FlaskClient) -> Staff:
    """A request of an operator, as the gateway signs it."""

    def ask(method: str, path: str, *, roles: tuple[str, ...] = ("operator",), **sent: Any) -> TestResponse:
        token = ISSUER.issue(user_id=OPERATOR, audience="generation", roles=roles)
        return client.open(f"/v1/operator{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **sent)

    return ask


class Guarded(FakeEngine):
    """An engine whose breaker opens at the first failure."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(failures=1, seconds=30, clock=SYSTEM_CLOCK)

    @property
    def breaker_state(self) -> str:
        return self.breaker.state

    def try_again(self) -> bool:
        return self.breaker.try_again()


def call(engine: Guarded, *, passes: bool = True) -> str:
    """Call it, and how that ended."""
    try:
        with engine.breaker.guarding():
            _end(passes=passes)
    except CallFailed as failed:
        return failed.detail
    return "passed"


def _end(*, passes: bool) -> None:
    if not passes:
        raise CallFailed("engine_unavailable", "http_503", ill=True)


def job_of(staff: Staff, figurine_id: UUID, how: str = "") -> TestResponse:
    """Look at a job, or do something about it."""
    return staff("POST" if how else "GET", f"/jobs/{figurine_id}/{how}".rstrip("/"))


def test_jobs_are_counted_by_state_with_the_oldest_of_each_and_named_by_id_alone(staff: Staff, shop: Shop) -> None:
    older = shop.ready()
    shop.clock.advance(timedelta(minutes=1))
    newer = shop.ready()
    shop.claim()
    floor = staff("GET", "/jobs").get_json()
    states = {line["state"]: (line["jobs"], line["oldest"]) for line in floor["lines"]}
    assert {state: jobs for state, (jobs, _) in states.items()} == {"rendering": 1, "queued": 1}
    assert states["rendering"][1] < states["queued"][1]
    assert floor["stuck"] == []
    for life in (older, newer):
        assert str(life.user_id) not in staff("GET", "/jobs").text


def test_a_job_that_waits_for_too_long_needs_a_look_and_one_for_tomorrow_does_not(staff: Staff, shop: Shop) -> None:
    life = shop.ready()
    with shop.unit.database.begin() as connection:
        connection.execute("UPDATE figurines SET requested_at = requested_at - interval '31 minutes'")
    (stuck,) = staff("GET", "/jobs").get_json()["stuck"]
    assert (stuck["id"], stuck["state"]) == (str(life.figurine_id), "queued")
    with shop.unit.database.begin() as connection:
        connection.execute("UPDATE figurines SET delivery = 'batch'")
    assert staff("GET", "/jobs").get_json()["stuck"] == []


def test_what_went_wrong_is_counted_by_engine_and_code(staff: Staff, shop: Shop) -> None:
    life = shop.ready()
    shop.engine.will(fails("engine_unavailable"))
    shop.workshop.render_next()
    (error,) = staff("GET", "/jobs").get_json()["errors"]
    assert (error["engine"], error["code"], error["count"]) == ("studio", "engine_unavailable", 1)
    tried = job_of(staff, life.figurine_id).get_json()["attempts"]
    assert [(each["attempt"], each["outcome"]) for each in tried] == [(1, "engine_unavailable")]


def test_an_operator_ends_a_job_once_and_it_costs_nothing(staff: Staff, shop: Shop) -> None:
    life = shop.ready()
    assert [job_of(staff, life.figurine_id, "cancel").get_json()["state"] for _ in range(2)] == ["cancelled"] * 2
    assert shop.types_told(life).count("figurine.failed") == 1
    done = shop.ready()
    shop.workshop.render_next()
    refused = job_of(staff, done.figurine_id, "cancel")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    assert job_of(staff, SYSTEM_CLOCK.new_id(), "cancel").status_code == 404


def test_a_job_that_pauses_is_tried_at_once_and_one_that_ended_never_again(staff: Staff, shop: Shop) -> None:
    life = shop.ready()
    shop.engine.will(fails("engine_unavailable", retry_after=600))
    shop.workshop.render_next()
    assert shop.workshop.render_next() == 0
    assert job_of(staff, life.figurine_id, "retry").get_json()["state"] == "queued"
    assert shop.workshop.render_next() == 1
    assert shop.state(life)[0] == "succeeded"
    assert job_of(staff, life.figurine_id, "retry").status_code == 409


def test_a_style_that_is_off_is_not_offered_until_it_is_on_and_its_orders_are_painted(
    staff: Staff, shop: Shop, ask: Callable[..., TestResponse]
) -> None:
    def offered() -> dict[str, str | None]:
        items = ask("/v1/styles", None).get_json()["items"]
        return {style["id"]: style["unavailable_because"] for style in items}

    life = shop.ready()
    style = life.style
    assert offered()[style] is None
    for _ in range(2):
        assert staff("PUT", f"/styles/{style}", json={"offered": False}).status_code == 200
    assert offered()[style] == "The studio does not offer it at the moment."
    switches = {each["id"]: each["off_since"] for each in staff("GET", "/engines").get_json()["styles"]}
    assert [switch for switch, since in switches.items() if since] == [style]
    shop.workshop.render_next()
    assert shop.state(life)[0] == "succeeded"
    staff("PUT", f"/styles/{style}", json={"offered": True})
    assert offered()[style] is None
    assert staff("PUT", "/styles/no-such-style", json={"offered": False}).status_code == 404


def test_a_breaker_that_opened_in_a_worker_is_seen_by_operators(staff: Staff, shop: Shop) -> None:
    engine = Guarded()
    watch = BreakerWatch(unit=shop.unit, engines={"studio": engine})

    def shown() -> tuple[str, str]:
        watch.look()
        (told,) = staff("GET", "/engines").get_json()["engines"]
        return told["engine"], told["breaker"]

    assert shown() == ("studio", "closed")
    call(engine, passes=False)
    assert shown() == ("studio", "open")


def test_whoever_wants_an_engine_tried_has_one_call_of_every_worker_tried_and_heeds_it_once(
    staff: Staff, shop: Shop
) -> None:
    workers = [Guarded(), Guarded()]
    watches = [BreakerWatch(unit=shop.unit, engines={"studio": engine}) for engine in workers]
    for engine, watch in zip(workers, watches, strict=True):
        call(engine, passes=False)
        watch.look()
        assert call(engine) == "breaker_open"
    for _ in range(2):  # pressed twice
        assert staff("POST", "/engines/studio/try").status_code == 200
    for watch in watches:
        watch.look()
    assert [call(workers[0]), call(workers[1], passes=False)] == ["passed", "http_503"]
    for watch in watches:
        watch.look()  # the same wish opens nothing a second time
    assert [call(engine) for engine in workers] == ["passed", "breaker_open"]
    assert staff("GET", "/engines").get_json()["engines"][0]["try_asked_at"] is not None


def test_a_worker_that_begins_later_and_an_engine_that_is_well_are_not_moved_by_a_wish(
    staff: Staff, shop: Shop
) -> None:
    engine = Guarded()
    watch = BreakerWatch(unit=shop.unit, engines={"studio": engine})
    watch.look()
    assert staff("POST", "/engines/studio/try").status_code == 200
    watch.look()
    assert (engine.breaker_state, call(engine)) == ("closed", "passed")
    call(engine, passes=False)
    watch.look()
    assert call(engine) == "breaker_open"


def test_an_engine_without_a_breaker_cannot_be_tried_again(staff: Staff) -> None:
    assert staff("POST", "/engines/no-such-engine/try").status_code == 404
    assert staff("POST", "/engines/studio/try", roles=("finance",)).status_code == 404


def test_a_wish_wakes_every_worker_at_once(staff: Staff, shop: Shop, generation_dsn: str) -> None:
    BreakerWatch(unit=shop.unit, engines={"studio": Guarded()}).look()
    with (
        psycopg.connect(generation_dsn, autocommit=True) as first,
        psycopg.connect(generation_dsn, autocommit=True) as second,
    ):
        for worker in (first, second):
            worker.execute(sql.SQL("LISTEN {}").format(sql.Identifier(BREAKER_CHANNEL)))
        staff("POST", "/engines/studio/try")
        heard = [next(worker.notifies(timeout=5)).channel for worker in (first, second)]
    assert heard == [BREAKER_CHANNEL] * 2


def test_for_whoever_is_no_operator_there_is_nothing_here(staff: Staff, shop: Shop) -> None:
    life = shop.ready()
    for roles in ((), ("finance", "support")):
        for path in ("/jobs", "/engines", f"/jobs/{life.figurine_id}", "/dead-letters"):
            assert staff("GET", path, roles=roles).status_code == 404
        assert staff("POST", f"/jobs/{life.figurine_id}/cancel", roles=roles).status_code == 404
    assert shop.state(life)[0] == "queued"
