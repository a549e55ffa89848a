"""A line to a server that a test can cut and mend: a TCP forwarder on loopback."""

import selectors
import socket
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Self

_CHUNK = 65536


class SeverableLine:
    """Forwards every connection to the server behind it, until cut."""

    def __init__(self, host: str, port: int) -> None:
        self._behind = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._cut = False
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        self._cut = True
        for end in list(self._open):
            _shut(end)

    def mend(self) -> None:
        """Let connections through again."""
        self._cut = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _shut(self._listener)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            if self._cut:
                near.close()
                continue
            Thread(target=self._forward, args=(near,), daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._behind) as far, selectors.DefaultSelector() as ready:
            other = {near: far, far: near}
            self._open |= {near, far}
            for end in other:
                ready.register(end, selectors.EVENT_READ)
            while _copied(ready, other):
                pass
            self._open -= {near, far}


def _copied(ready: selectors.BaseSelector, other: dict[socket.socket, socket.socket]) -> bool:
    """Move what has arrived to the other end; False when either end is closed."""
    try:
        for key, _ in ready.select():
            end = next(each for each in other if each is key.fileobj)
            data = end.recv(_CHUNK)
            if not data:
                return False
            other[end].sendall(data)
    except OSError:
        return False
    return True


def _shut(end: socket.socket) -> None:
    """Wake whoever waits on it; closing alone would not."""
    with suppress(OSError):  # nobody was connected any more
        end.shutdown(socket.SHUT_RDWR)
