"""A virtual host and a database for each test, reached through proxies that the test may cut."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from common.database import Database
from common.event_door import EventDoor
from common.migrations import migrate
from common.subscriptions import Subscriptions
from ops.broker_access import ADMINISTRATOR
from tests.fixtures.rabbitmq import Management
from tests.fixtures.servers import Servers
from tests.integration.common.events import toy
from tests.integration.common.events.place import TOY, Toy
from tests.integration.common.events.proxy import Proxy

Opener = Callable[[Subscriptions[toy.Work]], EventDoor[toy.Work]]
Starter = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def own_broker(servers: Servers, management: Management) -> Generator[str]:
    """A virtual host that no other test uses."""
    name = f"toy-{uuid4().hex}"
    management.put(f"vhosts/{name}", {})
    management.put(f"permissions/{name}/{ADMINISTRATOR}", {"configure": ".*", "write": ".*", "read": ".*"})
    yield servers.broker_url(ADMINISTRATOR, name)
    management.delete(f"vhosts/{name}")


@pytest.fixture
def the_toy(own_broker: str, empty_database: str, ca_file: Path | None) -> Generator[Toy]:
    """The toy service's ground, ready for its door."""
    migrate(empty_database, Path(__file__).parent / "no_migrations")
    with psycopg.connect(empty_database, autocommit=True) as owner:
        owner.execute(toy.TABLES)
    broker_proxy, database_proxy = Proxy(_port(own_broker)), Proxy(_port(empty_database))
    yield Toy(
        broker_url=_through(broker_proxy, own_broker),
        database_url=_through(database_proxy, empty_database),
        ca_file=ca_file,
        broker_proxy=broker_proxy,
        database_proxy=database_proxy,
        direct_broker_url=own_broker,
        direct_database_url=empty_database,
    )
    broker_proxy.close()
    database_proxy.close()


@pytest.fixture
def open_door(the_toy: Toy) -> Generator[Opener]:
    """Run an event door in a thread until the test ends."""
    running: list[tuple[EventDoor[toy.Work], threading.Thread, Database]] = []

    def opener(subscriptions: Subscriptions[toy.Work]) -> EventDoor[toy.Work]:
        database = Database(the_toy.database_url, application=TOY, patience_seconds=1)
        door = toy.door(
            TOY, database=database, broker_url=the_toy.broker_url, ca_file=the_toy.ca_file, subscriptions=subscriptions
        )
        thread = threading.Thread(target=door.run)
        thread.start()
        running.append((door, thread, database))
        toy.eventually(door.healthy)
        return door

    yield opener
    the_toy.broker_proxy.mend()
    the_toy.database_proxy.mend()
    for door, thread, database in running:
        door.stop()
        thread.join(20)
        database.close()
        assert not thread.is_alive()


@pytest.fixture
def start_process(the_toy: Toy) -> Generator[Starter]:
    """Run the toy service in a process of its own, to be killed."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        arguments = [TOY, the_toy.direct_database_url, the_toy.direct_broker_url, str(the_toy.ca_file or "")]
        command = [sys.executable, "-m", "tests.integration.common.events.toy", *arguments]
        running.append(subprocess.Popen(command))
        return running[-1]

    yield start
    for process in running:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def _through(proxy: Proxy, url: str) -> str:
    return url.replace(f":{_port(url)}/", f":{proxy.port}/")


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
