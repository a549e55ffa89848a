"""W3C trace context through HTTP, outbox and events.

    configure(*, service: str, endpoint: str | None) -> None     once per process, after any fork
    continued(traceparent, name)                                 around each request, event and job

Without an exporter the ids still travel, so that logs of five services can be read as one story.
"""

import random
from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("figurine")
# Ids of traces only need to differ.
_RANDOM = random.SystemRandom()


def configure(*, service: str, endpoint: str | None) -> None:
    """Export spans over OTLP/HTTP to `endpoint`, if there is one."""
    if endpoint is None:
        return
    # 40 ms and 10 MiB that a process without a collector need not pay.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    provider = TracerProvider(resource=Resource.create({"service.name": f"figurine.{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


def current_traceparent() -> str | None:
    """The traceparent to hand on, or None outside any trace."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def continued(traceparent: str | None, name: str) -> Generator[None]:
    """Work under a trace that came from elsewhere, or under a new one."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    token = context.attach(_PROPAGATOR.extract(carrier, context=context.Context()))
    try:
        with _TRACER.start_as_current_span(name) as span:
            if span.get_span_context().is_valid:
                yield
            else:
                with trace.use_span(_new_trace()):
                    yield
    finally:
        context.detach(token)


def name_span(name: str) -> None:
    """Call the current span by its route, once that is known."""
    trace.get_current_span().update_name(name)


def _new_trace() -> NonRecordingSpan:
    return NonRecordingSpan(
        SpanContext(
            trace_id=_RANDOM.getrandbits(128),
            span_id=_RANDOM.getrandbits(64),
            is_remote=False,
            trace_flags=TraceFlags(TraceFlags.DEFAULT),
        )
    )
