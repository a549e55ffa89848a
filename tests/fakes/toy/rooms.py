"""What the toy stores, and a gate that tests open."""

import socket
from dataclasses import dataclass

from common.clock import Clock
from common.database import Connection
from common.outbox import Outbox


@dataclass(frozen=True, kw_only=True)
class Work:
    """The rooms of one transaction."""

    connection: Connection
    outbox: Outbox
    clock: Clock

    def leave(self, what: str) -> None:
        """Leave a mark that survives the process."""
        self.connection.execute("INSERT INTO marks (what) VALUES (%s)", [what])


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Holds whoever passes until the test lets go: a connection to it, closed by the other end."""

    port: int

    def wait(self, who: str) -> None:
        """Announce oneself and wait to be let go."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(who.encode() + b"\n")
            connection.recv(1)
