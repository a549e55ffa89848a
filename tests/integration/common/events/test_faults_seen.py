"""Events that could not be handled are seen to within a day, or somebody notices."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from common import retries
from common.clock import MovableClock
from common.database import Database
from common.probes import Found, Look, Probe
from common.probes.faults import faults_are_seen_to
from common.settings import ServiceSettings
from tests.fakes.toy.keys import PUBLIC_KEY
from tests.integration.common.events.place import Toy
from tests.integration.common.events.test_dead_letters_end import bury

HOUR = timedelta(hours=1)


@pytest.fixture
def look(the_toy: Toy) -> Iterator[Look]:
    database = Database(the_toy.direct_database_url, application="faults-test")
    with the_toy.channel() as channel:
        channel.exchange_declare("toy.retry", "direct", durable=True)
        channel.queue_declare("toy.dead", durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind("toy.dead", "toy.retry", "toy.dead")
    yield Look(database=database, clock=MovableClock())
    database.close()


@pytest.fixture
def probe(the_toy: Toy) -> Probe:
    settings = ServiceSettings(
        mode="local",
        database_url=SecretStr(the_toy.direct_database_url),
        broker_url=SecretStr(the_toy.direct_broker_url),
        ca_file=the_toy.ca_file,
        token_public_key=PUBLIC_KEY,
    )
    return faults_are_seen_to(settings, "toy")


def test_an_event_nobody_sees_to_for_a_day_is_noticed_and_stays_where_it_is(
    the_toy: Toy, look: Look, probe: Probe
) -> None:
    assert probe.check(look).figures["waiting"] == 0
    now = look.clock.now()
    bury(the_toy, headers={retries.FIRST_FAILED_AT: (now - HOUR).isoformat()})
    bury(the_toy)
    found = probe.check(look)
    assert (found.state, found.figures["waiting"]) == (Found.KEPT, 2)
    bury(the_toy, headers={retries.FIRST_FAILED_AT: (now - 25 * HOUR).isoformat()})
    found = [probe.check(look) for _ in range(2)][-1]
    assert (found.state, found.figures["waiting"], found.figures["late"]) == (Found.BROKEN, 3, 1)
