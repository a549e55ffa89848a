"""The relay publishes what committed, all of it and nothing else, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import threading

import psycopg
import pytest

from common.contracts import decode
from common.database import Database
from common.work import UnitOfWork
from tests.integration.common.events import toy
from tests.integration.common.events.conftest import Opener, Starter
from tests.integration.common.events.place import TOY, Toy
from tests.integration.common.events.toy import Answered, Asked, Unheard, eventually

KNOWN = {event.type: event for event in (Asked, Answered, Unheard)}


def numbers(the_toy: Toy, queue: str) -> list[int]:
    events = [decode(delivery.body, KNOWN).event for delivery in the_toy.take(queue)]
    return [event.n for event in events if isinstance(event, Asked | Answered | Unheard)]


def test_what_commits_is_published_once_and_in_order(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("ear", Answered.type)
    open_door({})
    the_toy.record(*(Answered(n=n) for n in range(700)))
    eventually(lambda: the_toy.rows("outbox") == 0)
    assert numbers(the_toy, "ear") == list(range(700))


def test_what_rolls_back_is_never_published(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("ear", Answered.type)
    open_door({})
    database = Database(the_toy.direct_database_url, application=TOY)
    unit = UnitOfWork(service=TOY, database=database, build=toy.Work)

    def record_and_fail() -> None:
        with unit.begin() as work:
            work.outbox.add(Answered(n=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        record_and_fail()
    database.close()
    the_toy.record(Answered(n=2))
    eventually(lambda: the_toy.depth("ear") > 0)
    assert numbers(the_toy, "ear") == [2]


def test_a_row_that_commits_after_a_later_one_is_not_forgotten(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("ear", Answered.type)
    open_door({})
    with psycopg.connect(the_toy.direct_database_url) as late:
        body = b'{"specversion":"1.0"}'
        late.execute("INSERT INTO outbox (id, type, body) VALUES (gen_random_uuid(), 'toy.answered', %s)", [body])
        the_toy.record(Answered(n=2))
        eventually(lambda: the_toy.depth("ear") == 1)
        late.commit()
    eventually(lambda: the_toy.depth("ear") == 2)


def test_an_event_nobody_listens_to_waits_and_holds_nothing_up(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("ear", Answered.type)
    open_door({})
    the_toy.record(Unheard(n=1), Answered(n=2))
    eventually(lambda: the_toy.depth("ear") == 1 and the_toy.rows("outbox") == 1)
    the_toy.bind("late-ear", Unheard.type)
    eventually(lambda: the_toy.rows("outbox") == 0)
    assert numbers(the_toy, "late-ear") == [1]


def test_events_a_full_queue_refuses_are_sent_again_until_there_is_room(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("small", Answered.type, arguments={"x-max-length": 2, "x-overflow": "reject-publish"})
    open_door({})
    the_toy.record(*(Answered(n=n) for n in range(20)))
    eventually(lambda: the_toy.depth("small") >= 2)
    the_toy.record(*(Answered(n=n) for n in range(20, 40)))
    eventually(lambda: the_toy.rows("outbox") > 0 and the_toy.depth("small") >= 2)
    got: set[int] = set()

    def all_came() -> bool:
        got.update(numbers(the_toy, "small"))
        return got == set(range(40))

    eventually(all_came)
    eventually(lambda: the_toy.rows("outbox") == 0)


def test_events_recorded_while_the_broker_is_away_are_published_when_it_returns(
    the_toy: Toy, open_door: Opener
) -> None:
    the_toy.bind("ear", Answered.type)
    door = open_door({})
    the_toy.broker_proxy.cut()
    eventually(lambda: not door.healthy())
    the_toy.record(Answered(n=1), Answered(n=2))
    the_toy.broker_proxy.mend()
    eventually(lambda: the_toy.depth("ear") == 2)


def test_events_recorded_while_the_database_was_out_of_reach_are_published_when_it_returns(
    the_toy: Toy, open_door: Opener
) -> None:
    the_toy.bind("ear", Answered.type)
    door = open_door({})
    the_toy.database_proxy.cut()
    eventually(lambda: not door.healthy())
    the_toy.record(Answered(n=1))
    the_toy.database_proxy.mend()
    eventually(lambda: the_toy.depth("ear") == 1)


def test_an_event_whose_process_died_right_after_the_commit_is_published(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("ear", Answered.type)
    script = (
        "import os, signal, sys\n"
        "from common.database import Database\n"
        "from common.work import UnitOfWork\n"
        "from tests.integration.common.events import toy\n"
        "unit = UnitOfWork(service='toy', database=Database(sys.argv[1], application='toy'), build=toy.Work)\n"
        "with unit.begin() as work:\n"
        "    work.outbox.add(toy.Answered(n=7))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run([sys.executable, "-c", script, the_toy.direct_database_url], check=False)
    assert died.returncode == -signal.SIGKILL
    assert the_toy.rows("outbox") == 1
    open_door({})
    eventually(lambda: the_toy.depth("ear") == 1)


def test_when_the_leading_relay_is_killed_another_takes_over_and_nothing_is_lost(
    the_toy: Toy, start_process: Starter
) -> None:
    the_toy.bind("ear", Answered.type)
    first = start_process()
    the_toy.record(Answered(n=0))
    eventually(lambda: the_toy.rows("outbox") == 0)
    start_process()
    the_toy.record(*(Answered(n=n) for n in range(1, 2001)))
    os.kill(first.pid, signal.SIGKILL)
    eventually(lambda: the_toy.rows("outbox") == 0)
    assert set(numbers(the_toy, "ear")) == set(range(2001))


def test_of_two_relays_only_one_publishes(the_toy: Toy, open_door: Opener) -> None:
    the_toy.bind("ear", Answered.type)
    open_door({})
    open_door({})
    recorders = [threading.Thread(target=the_toy.record, args=[Answered(n=n)]) for n in range(20)]
    for recorder in recorders:
        recorder.start()
    for recorder in recorders:
        recorder.join()
    eventually(lambda: the_toy.rows("outbox") == 0)
    assert sorted(numbers(the_toy, "ear")) == list(range(20))
