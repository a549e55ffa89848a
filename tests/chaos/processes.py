"""Processes to be killed: workers that a test starts itself, and the children of those that it did not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ops.embedded.site import PROJECT
from ops.embedded.supervision import MARK
from ops.embedded.waiting import until
from tests.fixtures.stack import RunningStack

LEASE_SECONDS = 3


class Worker:
    """A service's worker in the place of the supervised one, which must be stopped."""

    def __init__(self, stack: RunningStack, service: str, module: str, **environment: str) -> None:
        self.service = service
        self._module = module
        self._log = stack.site.logs / f"{service}-worker-by-hand.log"
        self._ready = lambda: stack.application.is_ready(
            f"{stack.environments.address(f'{service}-worker-metrics')}/readyz"
        )
        self._environment = {
            **os.environ,
            **stack.environments.of(service),
            "FIGURINE_LEASE_SECONDS": str(LEASE_SECONDS),
            # So that a stack that stops finds it, whatever became of the test.
            MARK: stack.site.mark,
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, "worker"],
                cwd=PROJECT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        until(self._ready, f"The start of {self.service}'s worker (it writes to {self._log})", seconds=60)

    def kill(self) -> None:
        """SIGKILL, and start another one."""
        os.killpg(self._running.pid, signal.SIGKILL)
        self.wait_until_killed(seconds=5)
        self.start()

    def stop(self) -> None:
        """Stop it in order."""
        self._running.terminate()
        assert self._running.wait(timeout=30) == 0

    def wait_until_killed(self, *, seconds: float) -> None:
        """Return when SIGKILL has ended it, wherever that came from."""
        assert self._running.wait(timeout=seconds) == -signal.SIGKILL

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None
        return self._process


def descendants(pid: int) -> list[int]:
    """The children of a process, their children, and so on."""
    return [each for child in _children(pid) for each in [child, *descendants(child)]]


def kill_with_family(pid: int) -> None:
    """SIGKILL to a process and all it has started, as when the power goes; the parent first, so that it starts none."""
    family = [pid, *descendants(pid)]
    for each in family:
        signal_if_there(each, signal.SIGKILL)


def signal_if_there(pid: int, number: signal.Signals) -> None:
    """Signal a process that may have ended by itself."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def command(pid: int) -> str:
    """The command line of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        yield from map(int, task.read_text().split())
