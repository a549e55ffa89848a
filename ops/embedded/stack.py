"""One stack: servers, then what they must contain, then services.

stack = Stack(Path(".figurine"))
stack.up()                  all of it; a stack that is up is left alone
stack.start_servers()       the servers only, provisioned
stack.down()                everything stops, the data stays
"""

import fcntl
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ops.embedded import orphans
from ops.embedded.failures import StackFailed
from ops.embedded.mail import Mail
from ops.embedded.postgres import Postgres
from ops.embedded.programs import Program
from ops.embedded.rabbitmq import RabbitMQ
from ops.embedded.seaweedfs import SeaweedFS
from ops.embedded.server import Server
from ops.embedded.site import Site
from ops.embedded.supervision import Supervisor

_START_SECONDS = 60
_PAUSE_SECONDS = 0.1


class Stack:
    """Everything that runs below one folder."""

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.site = Site(directory)
        self.postgres = Postgres(self.site, durable=durable)
        self.rabbitmq = RabbitMQ(self.site)
        self.seaweedfs = SeaweedFS(self.site)
        self.mail = Mail(self.site)
        self.supervisor = Supervisor(self.site)

    @property
    def servers(self) -> list[Server]:
        """What the services stand on."""
        return [self.postgres, self.rabbitmq, self.seaweedfs, self.mail]

    def start_servers(self) -> None:
        """Start the servers that do not run yet, and provision those."""
        with self._alone():
            self._supervise()
            with ThreadPoolExecutor() as threads:
                list(threads.map(self._bring_up, self.servers))

    def stop(self) -> None:
        """Stop everything, and whatever an unclean stop left behind."""
        with self._alone():
            self._clear()

    def _supervise(self) -> None:
        if not self.site.ports or not self.supervisor.keeps(self._programs()):
            self._clear()
            self.site.choose_ports()
            self.supervisor.launch(self._programs())

    def _programs(self) -> list[Program]:
        return [program for server in self.servers for program in server.programs()]

    def _bring_up(self, server: Server) -> None:
        names = [program.name for program in server.programs()]
        if not all(self.supervisor.stands(name) for name in names):
            server.prepare()
            for name in names:
                self.supervisor.start(name)
        self._wait(server, names)
        # Every time: an earlier start may have ended before it, and repeating changes nothing.
        server.provision()

    def _wait(self, server: Server, names: list[str]) -> None:
        end = time.monotonic() + _START_SECONDS
        while not server.is_ready():
            gave_up = [name for name in names if not self.supervisor.stands(name)]
            if gave_up or time.monotonic() > end:
                log = self.supervisor.log(next(iter(gave_up), server.name))
                message = f"{server.name} did not start. Its last words are in {log}."
                raise StackFailed(message)
            time.sleep(_PAUSE_SECONDS)

    def _clear(self) -> None:
        if self.supervisor.is_running():
            self.supervisor.stop([program.name for program in self._programs()])
            self.supervisor.shutdown()
        orphans.clear(self.site.mark)

    @contextmanager
    def _alone(self) -> Generator[None]:
        """One start or stop at a time, whoever asks for it."""
        with (self.site.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
