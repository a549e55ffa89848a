"""Dead letters have an end, and one about somebody who is gone goes with her."""

import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pika
import pytest

from common import retries
from common.clock import MovableClock
from common.database import Database
from common.dead_letter_sweep import KEPT, DeadLetterSweep
from common.erasure import Fence
from common.errors import Unavailable
from common.inventory import Days, queues_of
from tests.integration.common.events.place import Toy

FENCE = Fence(b"f" * 32)
SECOND = timedelta(seconds=1)


def sweep_of(the_toy: Toy, database: Database, clock: MovableClock) -> DeadLetterSweep:
    return DeadLetterSweep(
        service="toy",
        broker_url=the_toy.direct_broker_url,
        ca_file=the_toy.ca_file,
        database=database,
        clock=clock,
        fence=FENCE,
    )


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def sweep(the_toy: Toy, clock: MovableClock):
    database = Database(the_toy.direct_database_url, application="dead-letters-test")
    with the_toy.channel() as channel:
        channel.exchange_declare("toy.retry", "direct", durable=True)
        channel.queue_declare("toy.dead", durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind("toy.dead", "toy.retry", "toy.dead")
    yield sweep_of(the_toy, database, clock)
    database.close()


def bury(the_toy: Toy, *, about: UUID | None = None, headers: Mapping[str, str] | None = None) -> str:
    """Put a letter where the dead ones lie; its id."""
    name = str(uuid4())
    body = json.dumps({"data": {"user_id": str(about)} if about else {"n": 1}}).encode()
    with the_toy.channel() as channel:
        channel.confirm_delivery()
        props = pika.BasicProperties(delivery_mode=2, message_id=name, headers=dict(headers or {}), type="toy.asked")
        channel.basic_publish("toy.retry", "toy.dead", body, props, mandatory=True)
    return name


def dated(clock: MovableClock, age: timedelta) -> dict[str, str]:
    return {retries.FIRST_FAILED_AT: (clock.now() - age).isoformat()}


def left(the_toy: Toy) -> list[str | None]:
    with the_toy.drawer("toy.dead") as drawer:
        return [each.message_id for each in drawer.deliveries()]


def test_the_end_is_the_one_the_inventory_declares() -> None:
    (dead,) = [queue for queue in queues_of("toy") if queue.name == "toy.dead"]
    assert dead.retain == Days(30)
    assert timedelta(days=30) == KEPT


def test_a_letter_that_is_too_old_goes_and_a_younger_one_stays(
    the_toy: Toy, sweep: DeadLetterSweep, clock: MovableClock
) -> None:
    bury(the_toy, headers=dated(clock, KEPT))
    young = bury(the_toy, headers=dated(clock, KEPT - SECOND))
    sweep.run()
    assert left(the_toy) == [young]
    clock.advance(SECOND)
    sweep.run()
    assert left(the_toy) == []


def test_a_letter_about_somebody_who_is_gone_goes_at_once_and_that_of_one_who_is_leaving_stays(
    the_toy: Toy, sweep: DeadLetterSweep, clock: MovableClock
) -> None:
    gone, leaving, there = uuid4(), uuid4(), uuid4()
    with sweep.database.begin() as connection:
        for number, (person, gone_at) in enumerate([(gone, clock.now()), (leaving, None)], start=1):
            connection.execute(
                "INSERT INTO tombstones (number, person, request_id, fenced_at, gone_at) VALUES (%s, %s, %s, %s, %s)",
                [number, FENCE.mark(person), uuid4(), clock.now(), gone_at],
            )
    bury(the_toy, about=gone, headers=dated(clock, SECOND))
    stay = [bury(the_toy, about=each, headers=dated(clock, SECOND)) for each in (leaving, there)]
    sweep.run()
    assert left(the_toy) == stay


def test_a_letter_that_says_nothing_of_its_age_is_as_old_as_the_first_look_at_it(
    the_toy: Toy, sweep: DeadLetterSweep, clock: MovableClock
) -> None:
    bare = bury(the_toy)
    sweep.run()
    clock.advance(KEPT - SECOND)
    sweep.run()
    assert left(the_toy) == [bare]
    clock.advance(SECOND)
    sweep.run()
    assert left(the_toy) == []


def test_one_that_the_broker_buried_after_too_many_crashes_is_dated_by_the_broker(
    the_toy: Toy, sweep: DeadLetterSweep, clock: MovableClock
) -> None:
    with the_toy.channel() as channel:
        channel.queue_declare(
            "toy.crashing",
            durable=True,
            arguments={
                "x-queue-type": "quorum",
                "x-delivery-limit": 0,
                "x-dead-letter-exchange": "toy.retry",
                "x-dead-letter-routing-key": "toy.dead",
            },
        )
        channel.confirm_delivery()
        channel.basic_publish("", "toy.crashing", b"{}", pika.BasicProperties(message_id="crashed"), mandatory=True)
        method, _, _ = channel.basic_get("toy.crashing")
        assert method is not None
        channel.basic_nack(method.delivery_tag or 0)
    for _ in range(2):
        sweep.run()
    clock.advance(KEPT - timedelta(hours=1))
    sweep.run()
    assert left(the_toy) == ["crashed"]
    clock.advance(timedelta(hours=2))
    sweep.run()
    assert left(the_toy) == []


def test_two_sweeps_at_once_destroy_nothing_that_is_young(
    the_toy: Toy, sweep: DeadLetterSweep, clock: MovableClock
) -> None:
    young = [bury(the_toy, headers=dated(clock, SECOND)) for _ in range(20)]
    with the_toy.drawer("toy.dead") as drawer:
        taken = [next(drawer.deliveries()) for _ in range(7)]
        sweep.run()
        assert len(taken) == 7
    assert sorted(str(each) for each in left(the_toy)) == sorted(young)


def test_a_broker_that_is_away_is_met_again_later(sweep: DeadLetterSweep) -> None:
    away = DeadLetterSweep(
        service="toy",
        broker_url="amqps://localhost:1",
        ca_file=sweep.ca_file,
        database=sweep.database,
        clock=sweep.clock,
        fence=None,
    )
    with pytest.raises(Unavailable):
        away.run()
