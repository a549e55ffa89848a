"""Logs: one JSON object per line on standard error, with nothing personal in it.

    configure(*, service: str, role: str, level: int = logging.INFO) -> None
    log = structlog.stdlib.get_logger(__name__);  log.info("job done", job="sweep", count=3)

Lines of the standard library's loggers (gunicorn, pika, apscheduler …) take the same way.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Sequence
from types import TracebackType
from typing import cast

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger

from common.redaction import redact, safe_exception

# Libraries that tell their life story at INFO.
_TALKATIVE = ("pika", "apscheduler", "urllib3", "httpx2", "httpcore2", "opentelemetry")
_LEADING = ("time", "level", "service", "role", "event", "request_id", "event_id", "trace_id")


def configure(*, service: str, role: str, level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error in one form."""

    def stamped(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        return {**line, "service": service, "role": role}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        stamped,
        _traced,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    _install(_handler(shared), level)


def _handler(shared: Sequence[Processor]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _exception_as_fields,
                redact,
                _ordered,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=_nameless),
            ],
        )
    )
    return handler


def _install(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # A job that is still at it when its time comes again goes on: nothing to warn of.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # It warns at every attempt; whoever asked for a connection tells it once.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default", ResourceWarning)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _traced(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    span = trace.get_current_span().get_span_context()
    return {**line, "trace_id": f"{span.trace_id:032x}"} if span.is_valid else line


def _exception_as_fields(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    error = _raised(line.pop("exc_info", None))
    return {**line, "exception": safe_exception(error)} if error is not None else line


def _raised(exc_info: object) -> BaseException | None:
    """The exception meant by what `exc_info` may be: itself, sys.exc_info()'s triple, or True."""
    if isinstance(exc_info, tuple):
        exc_info = cast("tuple[object, ...]", exc_info)[1]
    if isinstance(exc_info, BaseException):
        return exc_info
    return sys.exc_info()[1] if exc_info else None


def _ordered(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {name: line[name] for name in (*_LEADING, *line) if name in line}


def _nameless(value: object) -> str:
    # An object's repr may hold anything; its kind is enough.
    return f"<{type(value).__name__}>"


def _uncaught(kind: type[BaseException], error: BaseException, trace_: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace_)
        return
    logging.getLogger("common.process").critical("uncaught", exc_info=(kind, error, trace_))


def _uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None:
        _uncaught(failure.exc_type, failure.exc_value, failure.exc_traceback)
