"""The consumer takes each event once, and no event can stop the others."""

import os
import signal
import threading
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from common import retries
from common.contracts.gateway import UserCorrected
from common.errors import NotYet
from common.subscriptions import Slow
from common.tracing import current_traceparent
from tests.integration.common.events.conftest import Opener, Starter
from tests.integration.common.events.place import Toy, body_of
from tests.integration.common.events.toy import Answered, Asked, Pondered, Work, eventually, note, note_and_answer

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def fail_for_odd(work: Work, event: Asked) -> None:
    note(work, event)
    if event.n % 2:
        raise ValueError("Jane Doe, Elm Street 5")


def test_an_event_that_comes_twice_has_one_effect(the_toy: Toy, open_door: Opener) -> None:
    open_door({Asked: note})
    once = body_of(Asked(n=1))
    the_toy.send(once, once, body_of(Asked(n=2)))
    the_toy.send(once)
    eventually(lambda: the_toy.effects() == [1, 2] and the_toy.depth("toy.events") == 0)
    the_toy.send(body_of(Asked(n=3)))
    eventually(lambda: the_toy.effects() == [1, 2, 3])


def test_an_effect_and_the_events_it_causes_come_together(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("ear", Answered.type)
    open_door({Asked: note_and_answer})
    the_toy.record(*(Asked(n=n) for n in range(500)))
    eventually(lambda: the_toy.depth("ear") == 500)
    assert sorted(the_toy.effects()) == list(range(500))


def test_poison_in_the_middle_of_a_batch_spoils_nothing_but_itself(the_toy: Toy, open_door: Opener) -> None:
    open_door({Asked: fail_for_odd})
    the_toy.record(*(Asked(n=n) for n in (2, 4, 5, 6, 8)))
    eventually(lambda: the_toy.effects() == [2, 4, 6, 8])
    eventually(lambda: the_toy.depth("toy.events") == 0 and waits_after(the_toy, attempts=1))


def waits_after(the_toy: Toy, *, attempts: int) -> bool:
    """Whether one message lies in a delay queue with so many failed attempts."""
    queues = {1: "toy.delay.1s", 2: "toy.delay.10s"}
    with the_toy.drawer(queues[attempts]) as drawer:
        return [retries.attempts(delivery) for delivery in drawer.deliveries()] == [attempts]


def test_each_failure_sends_an_event_one_delay_further(the_toy: Toy, open_door: Opener) -> None:
    open_door({Asked: fail_for_odd})
    the_toy.send(body_of(Asked(n=1)))
    eventually(lambda: waits_after(the_toy, attempts=2))
    assert the_toy.effects() == []


def test_an_event_before_its_cause_is_taken_again_when_the_cause_is_there(the_toy: Toy, open_door: Opener) -> None:
    def after_cause(work: Work, event: Asked) -> None:
        if work.connection.execute("SELECT 1 FROM causes WHERE n = %s", [event.n]).fetchone() is None:
            raise NotYet
        note(work, event)

    open_door({Asked: after_cause})
    the_toy.record(Asked(n=1))
    eventually(lambda: the_toy.depth("toy.delay.1s") == 1)
    the_toy.execute("INSERT INTO causes VALUES (1)")
    eventually(lambda: the_toy.effects() == [1])


def test_an_event_that_fails_for_the_last_time_lies_with_its_reason_among_the_dead(
    the_toy: Toy, open_door: Opener
) -> None:
    open_door({Asked: fail_for_odd})
    headers = {retries.ATTEMPTS: retries.MAX_ATTEMPTS - 1, retries.FIRST_FAILED_AT: "2026-01-01T00:00:00+00:00"}
    the_toy.send(body_of(Asked(n=1)), headers=headers)
    eventually(lambda: the_toy.depth("toy.dead") == 1)
    (dead,) = the_toy.take("toy.dead")
    assert dead.headers[retries.ATTEMPTS] == retries.MAX_ATTEMPTS
    assert dead.headers[retries.ERROR] == "ValueError"
    assert dead.headers[retries.FIRST_FAILED_AT] == "2026-01-01T00:00:00+00:00"
    assert "failed 12 times" in str(dead.headers[retries.REASON])
    assert "Jane" not in str(dead.headers)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "Malformed"),
        (b"\xff\x00not json", "Malformed"),
        (b'{"specversion": "1.0"}', "Malformed"),
        (body_of(Asked(n=1)).replace(b'"n":1', b'"n":"Jane Doe"'), "Malformed"),
        (body_of(Asked(n=1)).replace(b"toy.asked", b"toy.unknown"), "UnknownEvent"),
    ],
    ids=["empty", "no-text", "no-event", "wrong-field", "unknown-type"],
)
def test_what_cannot_be_read_goes_to_the_dead_at_once(the_toy: Toy, open_door: Opener, body: bytes, error: str) -> None:
    open_door({Asked: note})
    the_toy.send(body, body_of(Asked(n=2)))
    eventually(lambda: the_toy.effects() == [2] and the_toy.depth("toy.dead") == 1)
    (dead,) = the_toy.take("toy.dead")
    assert (dead.body, dead.headers[retries.ERROR]) == (body, error)
    assert "Jane" not in str(dead.headers)


def test_an_event_of_the_house_that_is_no_longer_listened_to_is_ignored(the_toy: Toy, open_door: Opener) -> None:
    open_door({Asked: note})
    the_toy.send(body_of(UserCorrected(user_id=uuid4(), fields=())), body_of(Asked(n=1)))
    eventually(lambda: the_toy.effects() == [1] and the_toy.depth("toy.events") == 0)
    assert the_toy.depth("toy.dead") == 0


def test_a_message_that_is_delivered_too_often_lies_among_the_dead(the_toy: Toy, open_door: Opener) -> None:
    open_door({Asked: note}).stop()
    eventually(lambda: consumers(the_toy) == 0)
    the_toy.send(body_of(Asked(n=1)))

    def dead_after_another_crash() -> bool:
        with the_toy.drawer("toy.events") as drawer:  # closing the connection with it in hand is what a crash does
            return next(drawer.deliveries(), None) is None

    eventually(dead_after_another_crash)
    eventually(lambda: the_toy.depth("toy.dead") == 1)


def consumers(the_toy: Toy) -> int:
    with the_toy.channel() as channel:
        return int(channel.queue_declare("toy.events", passive=True).method.consumer_count)


def test_a_slow_handler_delays_no_other(the_toy: Toy, open_door: Opener) -> None:
    go_on = threading.Event()

    def ponder(work: Work, event: Pondered) -> None:
        assert go_on.wait(30)
        note(work, event)

    the_toy.bind("ear", Answered.type)
    open_door({Asked: note_and_answer, Pondered: Slow(ponder)})
    the_toy.record(Pondered(n=1), *(Asked(n=n) for n in range(2, 302)))
    eventually(lambda: the_toy.depth("ear") == 300)
    assert 1 not in the_toy.effects()
    go_on.set()
    eventually(lambda: the_toy.effects()[-1] == 1)


def test_a_slow_handler_that_fails_is_tried_again(the_toy: Toy, open_door: Opener) -> None:
    times: list[int] = []

    def fail_once(work: Work, event: Pondered) -> None:
        times.append(event.n)
        if len(times) == 1:
            raise ValueError
        note(work, event)

    open_door({Pondered: Slow(fail_once)})
    the_toy.record(Pondered(n=1))
    eventually(lambda: the_toy.effects() == [1])


def test_consuming_goes_on_after_the_broker_dropped_the_connection(the_toy: Toy, open_door: Opener) -> None:
    door = open_door({Asked: note})
    the_toy.record(Asked(n=1))
    eventually(lambda: the_toy.effects() == [1])
    the_toy.broker_proxy.break_connections()
    the_toy.record(Asked(n=2))
    eventually(lambda: the_toy.effects() == [1, 2])
    eventually(door.healthy)


def pauses() -> float:
    """How often consuming waited for the database, in all tests of this process."""
    return REGISTRY.get_sample_value("events_pauses_total") or 0.0


def test_while_the_database_is_away_events_wait_and_no_attempt_is_counted(the_toy: Toy, open_door: Opener) -> None:
    door = open_door({Asked: note})
    before = pauses()
    the_toy.database_proxy.cut()
    the_toy.send(body_of(Asked(n=1)), body_of(Asked(n=2)))
    eventually(lambda: not door.healthy() and pauses() > before)
    the_toy.database_proxy.mend()
    eventually(lambda: the_toy.effects() == [1, 2])
    assert [the_toy.depth(f"toy.delay.{step}") for step in ("1s", "10s")] == [0, 0]
    assert the_toy.depth("toy.dead") == 0


def test_a_stop_lets_handlers_finish_and_leaves_nothing_half_done(the_toy: Toy, open_door: Opener) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def ponder(work: Work, event: Pondered) -> None:
        begun.set()
        assert go_on.wait(10)
        note(work, event)
        work.outbox.add(Answered(n=event.n))

    the_toy.bind("ear", Answered.type)
    door = open_door({Asked: note, Pondered: Slow(ponder)})
    the_toy.send(body_of(Pondered(n=1)), body_of(Asked(n=2)))
    assert begun.wait(10)
    door.stop()
    go_on.set()
    eventually(lambda: not door.healthy())
    assert sorted(the_toy.effects()) == [1, 2]
    assert the_toy.depth("toy.events") == 0
    assert the_toy.depth("ear") + the_toy.rows("outbox") == 1


def test_a_handler_works_in_the_trace_of_the_event(the_toy: Toy, open_door: Opener) -> None:
    seen: list[str | None] = []
    open_door({Asked: lambda _work, _event: seen.append(current_traceparent())})
    the_toy.send(body_of(Asked(n=1), traceparent=f"00-{TRACE_ID}-b7ad6b7169203331-01"))
    eventually(lambda: len(seen) == 1)
    assert TRACE_ID in str(seen[0])


def test_killed_again_and_again_in_the_middle_of_the_work_it_does_everything_once(
    the_toy: Toy, start_process: Starter
) -> None:
    the_toy.bind("ear", Answered.type)
    worker = start_process()
    eventually(lambda: the_toy.rows("outbox") == 0)
    total = 3000
    the_toy.record(*(Asked(n=n) for n in range(total)))
    for done in (200, 900, 1600):
        eventually(lambda done=done: the_toy.rows("effects") > done)
        os.kill(worker.pid, signal.SIGKILL)
        worker = start_process()
    eventually(lambda: the_toy.rows("effects") == total and the_toy.rows("outbox") == 0)
    assert sorted(the_toy.effects()) == list(range(total))
    answered = {delivery.message_id for delivery in the_toy.take("ear")}
    assert len(answered) == total
