"""The test's side of the toy's gate: who has come, and letting them go."""

import socket
from contextlib import ExitStack
from types import TracebackType
from typing import Self

_PATIENCE_SECONDS = 20


class GateKeeper:
    """Holds whoever comes, until let go."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_PATIENCE_SECONDS)
        self.port: int = self._listener.getsockname()[1]
        self._held = ExitStack()

    def wait_for(self, *expected: str) -> None:
        """Return once all of these stand at the gate."""
        missing = set(expected)
        while missing:
            connection, _ = self._listener.accept()
            self._held.enter_context(connection)
            connection.settimeout(_PATIENCE_SECONDS)
            missing.discard(connection.makefile().readline().strip())

    def open(self) -> None:
        """Let everybody go on."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.open()
        self._listener.close()
