"""The supervisor (supervisord) of one stack, spoken to over its Unix socket by XML-RPC."""

import http.client
import os
import socket
import subprocess
import sys
import xmlrpc.client
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from ops.embedded import files
from ops.embedded.failures import StackFailed
from ops.embedded.programs import Program, configuration, socket_of
from ops.embedded.site import Site
from ops.embedded.waiting import holds, until

# The name of the variable that marks every process of a stack.
MARK = "FIGURINE_STACK"
_ALREADY_STARTED = 60
_NOT_RUNNING = 70
_STANDING = frozenset({"STARTING", "RUNNING", "BACKOFF"})
_STOPPED = frozenset({"STOPPED", "EXITED", "FATAL"})


class Supervisor:
    """Starts, watches, restarts and stops the programs of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._configuration = site.run / "supervisord.conf"

    def keeps(self, programs: Iterable[Program]) -> bool:
        """Whether it is running, and for exactly these programs."""
        wanted = configuration(self._site, programs)
        return self.is_running() and self._configuration.read_text() == wanted

    def is_running(self) -> bool:
        """Whether somebody answers at the socket."""
        return socket_of(self._site).exists() and holds(self._ask, OSError)

    def _ask(self) -> None:
        self._call("getPID")

    def launch(self, programs: Iterable[Program]) -> None:
        """Start the supervisor, and none of the programs yet."""
        files.write(self._configuration, configuration(self._site, programs))
        started = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._configuration)],
            env={**os.environ, MARK: self._site.mark},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if started.returncode != 0:
            message = f"The supervisor refused to start: {started.stderr.strip() or started.stdout.strip()}"
            raise StackFailed(message)
        until(self.is_running, "The start of the supervisor", seconds=10)

    def start(self, name: str) -> None:
        """Start a program; nothing happens if it is running."""
        try:
            self._call("startProcess", name, False)  # noqa: FBT003 - XML-RPC has no keywords; this is `wait`
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _ALREADY_STARTED:
                raise

    def stop(self, names: Sequence[str], *, seconds: float = 30) -> None:
        """Stop programs, all at once, and wait until they have ended."""
        for name in names:
            try:
                self._call("stopProcess", name, False)  # noqa: FBT003 - the same
            except xmlrpc.client.Fault as fault:
                if fault.faultCode != _NOT_RUNNING:
                    raise
        until(lambda: all(self.state(name) in _STOPPED for name in names), "The stop", seconds=seconds)

    def shutdown(self) -> None:
        """End the supervisor itself."""
        self._call("shutdown")
        until(lambda: not self.is_running(), "The end of the supervisor", seconds=15)

    def names(self) -> list[str]:
        """Every program it keeps."""
        return [str(each["name"]) for each in cast("list[dict[str, object]]", self._call("getAllProcessInfo"))]

    def state(self, name: str) -> str:
        """The supervisor's word for how a program is doing: RUNNING, FATAL …"""
        return str(self._info(name)["statename"])

    def stands(self, name: str) -> bool:
        """Whether a program was started and not given up."""
        return self.state(name) in _STANDING

    def pid(self, name: str) -> int | None:
        """The process id, while there is a process."""
        pid = cast("int", self._info(name)["pid"])
        return pid or None

    def log(self, name: str) -> Path:
        """Where the program's output goes."""
        return self._site.logs / f"{name}.log"

    def _info(self, name: str) -> dict[str, object]:
        return cast("dict[str, object]", self._call("getProcessInfo", name))

    def _call(self, method: str, *arguments: object) -> object:
        transport = _UnixTransport(socket_of(self._site))
        with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._link = _UnixConnection(path)

    def make_connection(self, host: object) -> http.client.HTTPConnection:  # noqa: ARG002 - there is but one
        return self._link

    def close(self) -> None:
        """Called when the proxy's block ends."""
        self._link.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
