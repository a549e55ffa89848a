"""W3C trace context through HTTP, outbox and events."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("figurine")


def current_traceparent() -> str | None:
    """The traceparent to hand on, or None outside any trace."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def continued(traceparent: str | None, name: str) -> Generator[None]:
    """Work under a trace that came from elsewhere, or under a new one."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    token = context.attach(_PROPAGATOR.extract(carrier))
    try:
        with _TRACER.start_as_current_span(name):
            yield
    finally:
        context.detach(token)
