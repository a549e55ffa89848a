"""Whether the parts of a stack answer, and what to say when one gives up."""

from collections.abc import Callable, Sequence
from functools import partial

from ops.embedded.application import Application
from ops.embedded.failures import StackFailed
from ops.embedded.server import Server
from ops.embedded.supervision import Supervisor
from ops.embedded.waiting import side_by_side, until

_START_SECONDS = 90


class Readiness:
    """Waits for servers and services, each in its own protocol."""

    def __init__(
        self, supervisor: Supervisor, servers: Sequence[Server], application: Application, say: Callable[[str], None]
    ) -> None:
        self._supervisor = supervisor
        self._servers = servers
        self._application = application
        self._say = say

    def holds(self) -> bool:
        """Whether everything is ready now."""
        checks = [server.is_ready for server in self._servers]
        checks += [partial(self._application.is_ready, address) for _, address in self._application.probes()]
        return all(side_by_side(checks))

    def wait_for(self, server: Server) -> None:
        """Return when a server answers. Raises StackFailed if it gave up."""
        self._wait(server.is_ready, [program.name for program in server.programs()])

    def wait_for_services(self) -> None:
        """Return when every program of the five services answers."""
        side_by_side(partial(self._wait_for_program, name, address) for name, address in self._application.probes())

    def _wait_for_program(self, name: str, address: str) -> None:
        self._wait(partial(self._application.is_ready, address), [name])
        self._say(f"{name} is ready")

    def _wait(self, ready: Callable[[], bool], names: Sequence[str]) -> None:
        def settled() -> bool:
            return ready() or self._first_lost(names) is not None

        log = self._supervisor.log(names[-1])
        until(settled, f"The start of {names[-1]} (it writes to {log})", seconds=_START_SECONDS)
        lost = self._first_lost(names)
        if lost is not None:
            message = f"{lost} did not start. Its last words are in {self._supervisor.log(lost)}."
            raise StackFailed(message)

    def _first_lost(self, names: Sequence[str]) -> str | None:
        return next((name for name in names if not self._supervisor.stands(name)), None)
