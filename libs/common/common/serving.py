"""The web role: gunicorn, configured in code, with threads and without surprises.

serve(service: Service[W]) -> NoReturn      blocks until SIGTERM or SIGINT, then drains
connections_for(*, threads: int) -> int     asks the system for files, and says how many connections they are enough for
STOPPING: threading.Event                   set when this process should end long answers
"""
# gunicorn's types come from stubs with gaps; it is met here only.
# pyright: reportUnknownMemberType=false, reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUntypedBaseClass=false

import resource
import shutil
import signal
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

import gunicorn.http.wsgi
import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from common import metrics, tracing
from common.raw_refusals import raw_refusal
from common.service import Service, W
from common.settings import shared_metrics_directory
from common.tls_errors import forget_tls_errors
from common.web import create_app, readiness_of

# Long answers (server-sent events) end when this is set, so that a stop need not wait for them.
STOPPING = Event()
GRACE_SECONDS = 15
_HANG_SECONDS = 120
_KEEPALIVE_SECONDS = 15
# As many files as a process of ours ever needs, and those it has open without serving anybody.
_MOST_FILES = 65_536
_OWN_FILES = 64
_log = structlog.stdlib.get_logger("common.serving")


class _Worker(ThreadWorker):
    silence_seconds = 15

    def init_signals(self) -> None:
        super().init_signals()
        # Ctrl-C reaches every process of the terminal; the arbiter alone decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        STOPPING.set()
        super().handle_exit(sig, frame)

    def handle(self, conn: Any) -> Any:
        """Serve one connection, and leave nothing of it to the next one of this thread."""
        # A thread serves one connection at a time: who falls silent must not keep it for ever.
        for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, direction, struct.pack("ll", self.silence_seconds, 0))
        try:
            return super().handle(conn)
        finally:
            forget_tls_errors()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:  # noqa: ARG002 - who it was is not kept
        """Answer what is no request; neither the log nor the answer repeats any of it."""
        # Who comes without TLS is everyday news: among others our own probes, to see that nobody answers.
        tell = _log.debug if isinstance(exc, ssl.SSLError) else _log.warning
        tell("not a request", error=type(exc).__name__)
        if not isinstance(exc, OSError):
            with suppress(OSError):
                client.sendall(raw_refusal(exc))

    def set_accept_enabled(self, enabled: bool | None) -> None:  # noqa: FBT001 - the base class's signature
        super().set_accept_enabled(enabled)
        if not self.alive:
            # Refused is better than left in a queue that nobody will read.
            for listener in self.sockets:
                listener.close()


class _Arbiter(Arbiter):
    def handle_int(self) -> None:
        """Ctrl-C drains like SIGTERM."""
        self.handle_term()


class _Log(Logger):
    def setup(self, cfg: Any) -> None:
        """Leave the lines to the root logger; the application writes its own access log."""
        self.cfg = cfg
        self.error_log.propagate = True
        self._access_log_enabled = False


class _Gunicorn(BaseApplication):
    def __init__(self, options: dict[str, object], load: Callable[[], Flask]) -> None:
        self._options = options
        self._load = load
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    # The stubs spell WSGI's environ another way than Flask does.
    def load(self) -> Flask:  # pyright: ignore[reportIncompatibleMethodOverride] - see above
        return self._load()

    def run(self) -> None:
        _Arbiter(self).run()


def serve(service: Service[W], make: Callable[[Service[W]], Flask] = create_app) -> None:
    """Answer HTTP until told to stop; raises SystemExit with gunicorn's exit code."""
    # Whom it concerns knows what serves; whom it does not need not.
    gunicorn.http.wsgi.SERVER = "figurine"  # pyright: ignore[reportAttributeAccessIssue] - missing from its stubs
    _Gunicorn(_options(service), lambda: make(service)).run()


def _options(service: Service[W]) -> dict[str, object]:
    settings = service.settings
    _Worker.silence_seconds = settings.silence_seconds
    return {
        "bind": settings.bind,
        "workers": settings.web_workers,
        "threads": settings.web_threads,
        "worker_connections": connections_for(threads=settings.web_threads),
        "worker_class": _Worker,
        "logger_class": _Log,
        # One import for all workers; nothing is open yet that could cross the fork.
        "preload_app": True,
        "timeout": _HANG_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": _KEEPALIVE_SECONDS,
        "control_socket_disable": True,
        "proc_name": f"figurine {service.name} web",
        **_encryption(settings.tls),
        **_hooks(service, shared_metrics_directory()),
    }


def connections_for(*, threads: int) -> int:
    """How many at once: those that are served, and as many that keep their line open for the next request.

    Whoever has no file left to accept one with would die of it, so that each has one for itself and one for what it
    asks of others. Systems let a process have few files at first, and more when it asks.
    """
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = max(few, min(most, _MOST_FILES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    possible = (files - _OWN_FILES) // 2
    wanted = max(1000, 2 * threads)
    if possible < wanted:
        _log.warning("few files may be open", files=files, connections=possible, wanted=wanted)
    return max(1, min(possible, wanted))


def _encryption(tls: tuple[Path, Path] | None) -> dict[str, object]:
    if tls is None:
        return {}
    certificate, key = tls

    def context(_config: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        made = default()
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        return made

    return {"certfile": str(certificate), "keyfile": str(key), "ssl_context": context}


def _hooks(service: Service[W], shared: Path | None) -> dict[str, object]:
    def post_worker_init(_worker: Any) -> None:
        tracing.configure(service.name, service.settings)
        if shared is None:
            _serve_metrics(service, None)

    def worker_exit(_arbiter: Any, _worker: Any) -> None:
        service.close()
        service.unit.database.close()

    hooks: dict[str, object] = {"post_worker_init": post_worker_init, "worker_exit": worker_exit}
    return hooks | ({} if shared is None else _sharing_hooks(service, shared))


def _sharing_hooks(service: Service[W], shared: Path) -> dict[str, object]:
    """The arbiter adds up the figures that its workers leave in a directory, and removes it."""

    def when_ready(_arbiter: Any) -> None:
        _serve_metrics(service, shared)

    def on_exit(_arbiter: Any) -> None:
        shutil.rmtree(shared, ignore_errors=True)

    return {"when_ready": when_ready, "on_exit": on_exit}


def _serve_metrics(service: Service[W], shared: Path | None) -> None:
    settings = service.settings
    if settings.metrics_bind is not None:
        metrics.serve(
            settings.metrics_bind,
            readiness=readiness_of(service).examine,
            tls=settings.tls,
            shared_directory=shared,
        )
