"""One stack: servers, then what they must contain, then services.

stack = Stack(Path(".figurine"))
stack.up()                  all of it; a stack that is up is left alone
stack.start_servers()       the servers only, provisioned
stack.stop()                everything stops, the data stays
stack.program("billing-worker").kill()
Stack(…, emulate=["gemini"])   with an emulator where a partner would be
Stack(…, canary=True)          with the canary person (ops.canary), who lives a life every hour
Stack(…, audited=True)         with an auditor that looks at it every day
"""

import json
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ops import broker_topology
from ops.embedded import endpoints, files, orphans, ports
from ops.embedded.application import Application
from ops.embedded.emulators import EMULATORS, is_emulator
from ops.embedded.environments import Environments
from ops.embedded.failures import StackFailed
from ops.embedded.mail import Mail
from ops.embedded.postgres import Postgres
from ops.embedded.programs import Program
from ops.embedded.rabbitmq import RabbitMQ
from ops.embedded.readiness import Readiness
from ops.embedded.running import RunningProgram
from ops.embedded.seaweedfs import SeaweedFS
from ops.embedded.server import Server
from ops.embedded.site import Site
from ops.embedded.supervision import Supervisor
from ops.embedded.waiting import side_by_side

# A file that stands in a stack's folder while a backup is being restored into it, or when that broke off.
UNFINISHED = "restoring"


def _say_nothing(_step: str) -> None:
    return


class Stack:
    """Everything that runs below one folder. `durable=False` trades crash safety for speed, in tests.

    `settings` are told to every service, as variables.
    """

    def __init__(
        self,
        directory: Path,
        *,
        durable: bool = True,
        progress: Callable[[str], None] = _say_nothing,
        emulate: Collection[str] = (),
        canary: bool = False,
        audited: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.site = Site(directory)
        self.postgres = Postgres(self.site, durable=durable)
        self.rabbitmq = RabbitMQ(self.site)
        self.seaweedfs = SeaweedFS(self.site)
        self.mail = Mail(self.site)
        self.emulators = {name: EMULATORS[name](self.site) for name in emulate}
        partners = self.emulators.values()
        self.servers: Sequence[Server] = (self.postgres, self.rabbitmq, self.seaweedfs, self.mail, *partners)
        self.environments = Environments(
            *(self.site, self.postgres, self.rabbitmq, self.seaweedfs, self.mail),
            emulators=self.emulators,
            more=settings or {},
        )
        self.application = Application(self.site, self.postgres, self.environments)
        self.supervisor = Supervisor(self.site)
        self.readiness = Readiness(self.supervisor, self.servers, self.application, progress)
        self._canary, self._audited = canary, audited
        self._progress = progress

    @property
    def endpoints(self) -> dict[str, Any]:
        """What `endpoints.json` says. Raises FileNotFoundError before the first start."""
        return json.loads((self.site.directory / "endpoints.json").read_text())

    def up(self) -> None:
        """Start whatever does not run yet, and return when every program says it is ready."""
        if (self.site.directory / UNFINISHED).exists():
            message = f"A restore into {self.site.directory} broke off, so not everything is there. Restore it again."
            raise StackFailed(message)
        with self._alone():
            if self._is_supervised() and self.readiness.holds():
                return
            self._supervise()
            side_by_side([partial(self._bring_up, server) for server in self.servers[1:]] + [self._bring_up_schemas])
            broker_topology.declare_all(self.rabbitmq.url, ca_file=self.site.ca)
            # Not sooner: ten interpreters that start beside RabbitMQ slow its start down fivefold on two cores.
            for program in self.application.programs():
                self.supervisor.start(program.name)
            self.readiness.wait_for_services()
            for program in self._watchers():
                self.supervisor.start(program.name)

    def start_servers(self) -> None:
        """Start the servers that do not run yet, and provision them."""
        with self._alone():
            self._supervise()
            own = [server for server in self.servers if not is_emulator(server.name)]
            side_by_side(partial(self._bring_up, server) for server in own)

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
        side_by_side(partial(self.readiness.wait_for, server) for server in self.servers)
        self.readiness.wait_for_services()

    def programs(self) -> list[Program]:
        """Everything the supervisor keeps. Only once the ports are chosen."""
        return [*self._server_programs(), *self.application.programs(), *self._watchers()]

    def _server_programs(self) -> list[Program]:
        return [program for server in self.servers for program in server.programs()]

    def _watchers(self) -> list[Program]:
        canary = [self.application.canary()] if self._canary else []
        return [*canary, *([self.application.auditor()] if self._audited else [])]

    def _is_supervised(self) -> bool:
        return ports.are_settled(self.site.ports) and self.supervisor.keeps(self.programs())

    def _supervise(self) -> None:
        if not self._is_supervised():
            self._clear()
            self.site.choose_ports()
            self.supervisor.launch(self.programs())
        self.environments.write()
        emulated = {name: emulator.address for name, emulator in self.emulators.items()}
        endpoints.write(self.site, self.environments, self.postgres, self.rabbitmq, self.seaweedfs, emulators=emulated)

    def _bring_up(self, server: Server) -> None:
        names = [program.name for program in server.programs()]
        if not all(self.supervisor.stands(name) for name in names):
            server.prepare()
            for name in names:
                self.supervisor.start(name)
        self.readiness.wait_for(server)
        # Every time: an earlier start may have ended before it, and repeating changes nothing.
        server.provision()
        self._progress(f"{server.name} is ready")

    def _bring_up_schemas(self) -> None:
        self._bring_up(self.postgres)
        self.application.migrate()
        self._progress("the schemas are up to date")

    def _clear(self) -> None:
        if self.supervisor.is_running():
            running = self.supervisor.names()
            # An emulator may stand without having been asked for again.
            servers = {program.name for program in self._server_programs()} | set(filter(is_emulator, running))
            # The services first: they still need the servers to finish what they hold.
            self.supervisor.stop([name for name in running if name not in servers])
            self.supervisor.stop([name for name in running if name in servers])
            self.supervisor.shutdown()
        orphans.clear(self.site.mark)

    @contextmanager
    def _alone(self) -> Generator[None]:
        """One start or stop at a time, whoever asks for it."""
        with files.alone(self.site.directory / "stack.lock"):
            # Whoever had the lock before may have settled the ports.
            self.site.recall_ports()
            yield
