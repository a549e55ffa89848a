"""From a page to what a person reads of herself, and nothing of it once she objects: the real consumers throughout."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr

import analytics.settings
import analytics.wiring
import gateway.settings
import gateway.wiring
from common.service import Service
from common.web import create_app
from gateway.adapters.peers import Peers
from tests.fakes.house import Room
from tests.fakes.toy.keys import PUBLIC_KEY
from tests.integration.analytics.emptied import empty
from tests.integration.gateway.conftest import serving
from tests.integration.gateway.studio import Person, Studio
from tests.integration.gateway.test_usage_beacon import beacon, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The studio with its counter behind it."""

    studio: Studio
    service: Service[Any]
    rooms: list[Room]

    def carry(self) -> None:
        """Let everything that was told arrive."""
        moved = True
        while moved:
            published = [room.publish(self.rooms) for room in self.rooms]
            moved = any(published)
            for room in self.rooms:
                room.take_all()

    def usage(self, person: Person) -> dict[str, Any]:
        """What she reads of herself."""
        answer = replace(person, studio=self.studio).get("/v1/usage")
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def seconds_of_everybody(self) -> int:
        """How long the studio was used, in the sums."""
        with self.service.unit.database.begin() as connection:
            ((seconds,),) = connection.execute(
                "SELECT coalesce(sum(seconds), 0)::int FROM rollups_of_days WHERE kind = 'page'"
            ).fetchall()
        return seconds

    def linked(self) -> int:
        """How many rows bear a name."""
        with self.service.unit.database.begin() as connection:
            ((rows,),) = connection.execute(
                "SELECT (SELECT count(*) FROM facts WHERE subject IS NOT NULL) + (SELECT count(*) FROM time_spent)"
            ).fetchall()
        return rows


@pytest.fixture(scope="module")
def counter(service_database: Callable[[str], str]) -> Iterator[Service[Any]]:
    service = analytics.wiring.build(
        analytics.settings.Settings(
            mode="local",
            database_url=SecretStr(service_database("analytics")),
            broker_url=SecretStr("amqp://localhost/unused"),
            token_public_key=PUBLIC_KEY,
            pseudonym_key=SecretStr(b64encode(bytes(range(32))).decode()),
        )
    )
    yield service
    service.unit.database.close()


@pytest.fixture
def counted(studio: Studio, counter: Service[Any]) -> Iterator[Counted]:
    empty(counter.unit.database)
    room = Room.of(counter.unit, counter.subscriptions)
    with serving(create_app(counter)) as address:
        settings = studio.service.settings
        assert isinstance(settings, gateway.settings.Settings)
        settings = settings.model_copy(update={"analytics_url": address})
        (peers,) = [port for port in studio.service.ports if isinstance(port, Peers)]
        peers = replace(peers, analytics=gateway.wiring.connect(settings).analytics)
        ports = [peers if isinstance(port, Peers) else port for port in studio.service.ports]
        service = replace(studio.service, ports=ports)
        yield Counted(
            studio=replace(studio, service=service, app=create_app(service)),
            service=counter,
            rooms=[*studio.rooms, room],
        )
    room.close()


def test_she_reads_how_long_she_was_here_and_once_she_takes_it_back_only_sums_are_left(counted: Counted) -> None:
    ada = counted.studio.sign_up()
    beacon(counted.studio, ada, seconds=40)
    beacon(counted.studio, ada, page="/credits", seconds=20)
    counted.carry()
    assert (counted.usage(ada)["seconds"], list(counted.usage(ada)["seconds_by_day"].values())) == (60, [60])
    beacon(counted.studio, ada, seconds=9)
    refuse(ada)
    beacon(counted.studio, ada, seconds=30)
    counted.carry()
    assert (counted.usage(ada)["seconds"], counted.linked()) == (0, 0)
    # What was under way when she said it was told before: it is counted, or not, but leads nowhere.
    assert counted.seconds_of_everybody() in {60, 69}


@pytest.mark.parametrize("kind", ["objection", "restriction"])
def test_what_was_under_way_when_she_objects_or_restricts_leads_nowhere(counted: Counted, kind: str) -> None:
    ada = counted.studio.sign_up()
    counted.carry()
    beacon(counted.studio, ada, seconds=40)
    assert ada.ask("POST", "/v1/privacy/requests", json={"kind": kind}).status_code < 300
    beacon(counted.studio, ada, seconds=30)
    # The news of it comes first: what was told before arrives behind it.
    for room in reversed(counted.rooms):
        room.publish(counted.rooms)
        for each in counted.rooms:
            each.take_all()
    counted.carry()
    assert counted.linked() == 0
    assert counted.usage(ada)["seconds"] == 0


def test_an_order_lends_its_figurine_what_is_known_of_the_device(counted: Counted) -> None:
    ada = counted.studio.sign_up()
    phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari"
    assert replace(ada, headers={"User-Agent": phone}).order().status_code == 202
    counted.carry()
    while any(step() for step in (counted.studio.workshop.render_next, counted.studio.workshop.delete_uploads)):
        pass
    counted.carry()
    with counted.service.unit.database.begin() as connection:
        kinds = connection.execute("SELECT kind, device, os, browser FROM facts ORDER BY kind").fetchall()
    assert kinds == [("figurine", "phone", "Android", "Chrome"), ("order", "phone", "Android", "Chrome")]
    assert counted.usage(ada)["figurines"] == 1
