"""The toy as a process of its own, run as the real services are."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.fakes.toy.keys import PUBLIC_KEY

ROOT = Path(__file__).parents[3]
_PAUSE = Event()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def eventually(holds: Callable[[], bool], *, seconds: float = 15) -> None:
    """Return as soon as it holds; fail if it does not in time."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "it did not come to hold in time"
        _PAUSE.wait(0.02)


class RunningToy:
    """One `python -m tests.fakes.toy ROLE`."""

    def __init__(self, role: str, *, database_url: str, files: str = "", **settings: str) -> None:
        """`files`: how many it may have open at first, and at most, as `prlimit` takes it."""
        self.bind, self.metrics_bind, self.worker_metrics_bind = (f"127.0.0.1:{free_port()}" for _ in range(3))
        environment = {
            "MODE": "local",
            "DATABASE_URL": database_url,
            "BROKER_URL": "amqp://toy:toy@127.0.0.1:1/toy",
            "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
            "BIND": self.bind,
            "METRICS_BIND": self.metrics_bind,
            "WORKER_METRICS_BIND": self.worker_metrics_bind,
            **settings,
        }
        self.process = subprocess.Popen(
            [*(["prlimit", f"--nofile={files}"] if files else []), sys.executable, "-m", "tests.fakes.toy", role],
            cwd=ROOT,
            env={**os.environ, **{f"FIGURINE_{name}": value for name, value in environment.items()}},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def get(self, path: str, *, bind: str | None = None, method: str = "GET", tls: ssl.SSLContext | None = None) -> int:
        """The status of an answer; 0 when nobody answers."""
        return self.read(path, bind=bind, method=method, tls=tls)[0]

    def read(
        self, path: str, *, bind: str | None = None, method: str = "GET", tls: ssl.SSLContext | None = None
    ) -> tuple[int, str]:
        """Status and body of an answer."""
        scheme = "http" if tls is None else "https"
        request = Request(f"{scheme}://{bind or self.bind}{path}", method=method)  # noqa: S310 - our own address
        try:
            with urlopen(request, timeout=20, context=tls) as response:  # noqa: S310 - our own address
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_until_open(self, *, bind: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        """Return when it answers."""
        eventually(lambda: self.get("/healthz", bind=bind, tls=tls) == 200)

    def children(self) -> dict[str, int]:
        """The processes under it, by the role gunicorn or the parent gave them, in order of start."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return dict(zip(("web", "worker"), map(int, listed), strict=False))

    def stop(self) -> None:
        """Tell it to stop."""
        self.process.send_signal(signal.SIGTERM)

    def stop_until_ended(self) -> None:
        """Tell it, and every process under it, to stop, again and again until it has ended."""
        told = [self.process.pid, *self.children().values()]
        while self.process.poll() is None:
            _PAUSE.wait(0.002)
            for pid in told:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)

    def ended(self, *, seconds: float = 25) -> tuple[int, str, str]:
        """Exit code, standard output and standard error, once it has ended."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, err

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.stop()
            self.ended()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
