"""Metrics, on the internal port only: Prometheus text, liveness and readiness.

    REQUESTS                                               seconds per request, by method, route, status
    serve(bind, *, readiness, tls) -> InternalServer       /metrics /healthz /readyz in a thread of its own

With several gunicorn workers the figures of all are added up (see serving.py); gauges read at
scrape time belong in the worker process, where there is one of everything.
"""

import json
import ssl
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from cryptography import x509

# The library types its WSGI application loosely.
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Gauge,
    Histogram,
    make_wsgi_app,  # pyright: ignore[reportUnknownVariableType]
)
from prometheus_client.multiprocess import MultiProcessCollector

from common.health import Report

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

REQUESTS = Histogram(
    "figurine_http_request_seconds",
    "Seconds from the first byte of a request to the last of its answer's head.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
CERTIFICATE_ENDS = Gauge(
    "tls_certificate_not_after_timestamp_seconds",
    "When the certificate that this process shows ends.",
    multiprocess_mode="mostrecent",
)
_IDLE_SECONDS = 10
_log = structlog.stdlib.get_logger("common.metrics")


class InternalServer(ThreadingMixIn, WSGIServer):
    """The port for the house: probes and the scraper, never the public."""

    daemon_threads = True
    allow_reuse_address = True
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection; the TLS handshake happens in the thread that serves it."""
        connection, address = super().get_request()
        connection.settimeout(_IDLE_SECONDS)
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - who it was is not kept
        """Whoever broke off, or came without TLS, is no news; a fault of ours is."""
        error = sys.exception()
        if not isinstance(error, OSError):
            _log.error("internal port failed", error=type(error).__name__)

    def close(self) -> None:
        """Stop answering."""
        self.shutdown()
        self.server_close()


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Probes are not news."""


def serve(
    bind: str,
    *,
    readiness: Callable[[], Report],
    tls: tuple[Path, Path] | None = None,
    shared_directory: Path | None = None,
) -> InternalServer:
    """Answer on `host:port` until closed.

    `tls` is certificate and key; `shared_directory` is where several processes leave their figures.
    """
    host, _, port = bind.rpartition(":")
    metrics = cast("WSGIApplication", make_wsgi_app(registry(shared_directory)))

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return metrics(environ, start_response)
            case "/healthz":
                return _json(start_response, "200 OK", {"status": "ok"})
            case "/readyz":
                report = readiness()
                return _json(start_response, "200 OK" if report.ready else "503 Service Unavailable", report.body())
            case _:
                return _json(start_response, "404 Not Found", {"status": "not_found"})

    server = make_server(host, int(port), application, server_class=InternalServer, handler_class=_Silent)
    if tls is not None:
        server.tls = server_tls(*tls)
        CERTIFICATE_ENDS.set(x509.load_pem_x509_certificate(tls[0].read_bytes()).not_valid_after_utc.timestamp())
    Thread(target=server.serve_forever, name="internal-port", daemon=True).start()
    return server


def registry(shared_directory: Path | None) -> CollectorRegistry:
    """This process's figures, or the sum of those left in the directory."""
    if shared_directory is None:
        return REGISTRY
    collected = CollectorRegistry()
    MultiProcessCollector(collected, path=str(shared_directory))
    return collected


def server_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer, as every listener of the house speaks it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _json(start_response: Any, status: str, body: object) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps(body).encode()]
