"""One stack: servers, then what they must contain, then services.

stack = Stack(Path(".figurine"))
stack.up()                  all of it; a stack that is up is left alone
stack.start_servers()       the servers only, provisioned
stack.stop()                everything stops, the data stays
stack.program("billing-worker").kill()
"""

import fcntl
import json
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops.embedded import endpoints, orphans
from ops.embedded.application import Application
from ops.embedded.environments import Environments
from ops.embedded.failures import StackFailed
from ops.embedded.mail import Mail
from ops.embedded.postgres import Postgres
from ops.embedded.programs import Program
from ops.embedded.rabbitmq import RabbitMQ
from ops.embedded.running import RunningProgram
from ops.embedded.seaweedfs import SeaweedFS
from ops.embedded.server import Server
from ops.embedded.site import Site
from ops.embedded.supervision import Supervisor

_START_SECONDS = 90
_PAUSE_SECONDS = 0.1


def _say_nothing(_step: str) -> None:
    return


class Stack:
    """Everything that runs below one folder. `durable=False` trades crash safety for speed, in tests."""

    def __init__(
        self, directory: Path, *, durable: bool = True, progress: Callable[[str], None] = _say_nothing
    ) -> None:
        self.site = Site(directory)
        self.postgres = Postgres(self.site, durable=durable)
        self.rabbitmq = RabbitMQ(self.site)
        self.seaweedfs = SeaweedFS(self.site)
        self.mail = Mail(self.site)
        self.environments = Environments(self.site, self.postgres, self.rabbitmq, self.seaweedfs, self.mail)
        self.application = Application(self.site, self.environments)
        self.supervisor = Supervisor(self.site)
        self._progress = progress

    @property
    def servers(self) -> list[Server]:
        """What the services stand on."""
        return [self.postgres, self.rabbitmq, self.seaweedfs, self.mail]

    @property
    def endpoints(self) -> dict[str, Any]:
        """What `endpoints.json` says. Raises FileNotFoundError before the first start."""
        return json.loads((self.site.directory / "endpoints.json").read_text())

    def up(self) -> None:
        """Start whatever does not run yet, and return when every program says it is ready."""
        with self._alone():
            if self._is_up():
                return
            self._supervise()
            self._start(self.servers, then=self.application.migrate)
            self._progress("starting the services")
            for program in self.application.programs():
                self.supervisor.start(program.name)
            with ThreadPoolExecutor() as threads:
                list(threads.map(lambda probe: self._await_program(*probe), self.application.probes()))

    def start_servers(self) -> None:
        """Start the servers that do not run yet, and provision them."""
        with self._alone():
            self._supervise()
            self._start(self.servers)

    def stop(self) -> None:
        """Stop everything, and whatever an unclean stop left behind."""
        with self._alone():
            self._clear()

    def remove(self) -> None:
        """Stop everything and destroy the data."""
        self.stop()
        self.site.remove()

    def program(self, name: str) -> RunningProgram:
        """One program, to look at or to harm: `billing-web`, `generation-worker`, `postgres` …"""
        return RunningProgram(self.supervisor, name)

    def wait_until_ready(self) -> None:
        """Return when every server and every program answers."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(self._await_server, self.servers))
            list(threads.map(lambda probe: self._await_program(*probe), self.application.probes()))

    def programs(self) -> list[Program]:
        """Everything the supervisor keeps."""
        return [*self._server_programs(), *self.application.programs()]

    def _server_programs(self) -> list[Program]:
        return [program for server in self.servers for program in server.programs()]

    def _is_up(self) -> bool:
        if not self.site.ports or not self.supervisor.keeps(self.programs()):
            return False
        with ThreadPoolExecutor() as threads:
            return all(threads.map(lambda server: server.is_ready(), self.servers)) and all(
                threads.map(lambda probe: self.application.is_ready(probe[1]), self.application.probes())
            )

    def _supervise(self) -> None:
        if not self.site.ports or not self.supervisor.keeps(self.programs()):
            self._clear()
            self.site.choose_ports()
            self.environments.write()
            endpoints.write(self.site, self.environments, self.postgres, self.rabbitmq, self.seaweedfs)
            self.supervisor.launch(self.programs())

    def _start(self, servers: list[Server], *, then: Callable[[], None] = lambda: None) -> None:
        """Start servers side by side; `then` follows Postgres, while the slower ones still start."""

        def bring_up(server: Server) -> None:
            self._bring_up(server)
            if server is self.postgres:
                then()

        with ThreadPoolExecutor() as threads:
            list(threads.map(bring_up, servers))

    def _bring_up(self, server: Server) -> None:
        names = [program.name for program in server.programs()]
        if not all(self.supervisor.stands(name) for name in names):
            server.prepare()
            for name in names:
                self.supervisor.start(name)
        self._await_server(server)
        # Every time: an earlier start may have ended before it, and repeating changes nothing.
        server.provision()
        self._progress(f"{server.name} is ready")

    def _await_server(self, server: Server) -> None:
        self._await(server.is_ready, [program.name for program in server.programs()])

    def _await_program(self, name: str, address: str) -> None:
        self._await(lambda: self.application.is_ready(address), [name])
        self._progress(f"{name} is ready")

    def _await(self, ready: Callable[[], bool], names: list[str]) -> None:
        end = time.monotonic() + _START_SECONDS
        while not ready():
            gone = [name for name in names if not self.supervisor.stands(name)]
            if gone or time.monotonic() > end:
                name = (gone or names)[-1]
                message = f"{name} did not start. Its last words are in {self.supervisor.log(name)}."
                raise StackFailed(message)
            time.sleep(_PAUSE_SECONDS)

    def _clear(self) -> None:
        if self.supervisor.is_running():
            running = self.supervisor.names()
            servers = {program.name for program in self._server_programs()} if self.site.ports else set[str]()
            # The services first: they still need the servers to finish what they hold.
            self.supervisor.stop([name for name in running if name not in servers])
            self.supervisor.stop([name for name in running if name in servers])
            self.supervisor.shutdown()
        orphans.clear(self.site.mark)

    @contextmanager
    def _alone(self) -> Generator[None]:
        """One start or stop at a time, whoever asks for it."""
        with (self.site.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
