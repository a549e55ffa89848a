"""One program of a running stack, in the hands of a test or an operator."""

import os
import signal

from ops.embedded.failures import StackFailed
from ops.embedded.supervision import Supervisor
from ops.embedded.waiting import until

_SECONDS = 30


class RunningProgram:
    """A program by its name. The supervisor starts again whatever dies."""

    def __init__(self, supervisor: Supervisor, name: str) -> None:
        self.name = name
        self._supervisor = supervisor

    @property
    def pid(self) -> int:
        """The process id. Raises StackFailed while there is no process."""
        pid = self._supervisor.pid(self.name)
        if pid is None:
            message = f"{self.name} is not running."
            raise StackFailed(message)
        return pid

    def kill(self) -> None:
        """SIGKILL to it and every process of its group; returns when another one has taken its place."""
        killed = self.pid
        os.killpg(killed, signal.SIGKILL)
        until(
            lambda: self._supervisor.pid(self.name) not in {None, killed},
            f"The return of {self.name}",
            seconds=_SECONDS,
        )

    def stop(self) -> None:
        """Stop it in order, and leave it stopped."""
        self._supervisor.stop([self.name])

    def start(self) -> None:
        """Start it; use the stack's `wait_until_ready` to wait for it."""
        self._supervisor.start(self.name)

    def restart(self) -> None:
        """Stop it in order and start it again."""
        self.stop()
        self.start()
