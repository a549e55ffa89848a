"""A TCP proxy that can be cut, so that a server goes away for one test only."""

import contextlib
import selectors
import socket
import threading


class Proxy:
    """Forwards to a port on this machine until it is cut; bytes are passed on as they are, TLS and all."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._open = True
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Drop every connection and accept no other."""
        with self._lock:
            self._open = False
            self._drop_all()

    def mend(self) -> None:
        """Accept connections again."""
        with self._lock:
            self._open = True

    def break_connections(self) -> None:
        """Drop every connection there is; new ones are welcome."""
        with self._lock:
            self._drop_all()

    def close(self) -> None:
        self._closed = True
        self._thread.join()
        self.cut()
        self._listener.close()

    def _run(self) -> None:
        while not self._closed:
            with self._lock:
                ours = [self._listener, *self._pairs]
            with selectors.DefaultSelector() as selector:
                for one in ours:
                    with contextlib.suppress(ValueError):  # dropped since the list was made
                        selector.register(one, selectors.EVENT_READ)
                ready = [key.fileobj for key, _ in selector.select(0.01)]
            for one in ready:
                assert isinstance(one, socket.socket)
                self._accept() if one is self._listener else self._forward(one)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        with self._lock:
            if not self._open:
                client.close()
                return
            server = socket.create_connection(("127.0.0.1", self._target_port))
            self._pairs |= {client: server, server: client}

    def _forward(self, one: socket.socket) -> None:
        with self._lock:
            other = self._pairs.get(one)
            if other is None:
                return
            try:
                data = one.recv(65536)
                other.sendall(data)
            except OSError:
                data = b""
            if not data:
                self._drop(one)

    def _drop_all(self) -> None:
        for one in list(self._pairs):
            self._drop(one)

    def _drop(self, one: socket.socket) -> None:
        other = self._pairs.pop(one, None)
        if other is not None:
            self._pairs.pop(other, None)
            other.close()
            one.close()
