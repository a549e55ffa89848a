"""W3C trace context through HTTP, outbox and events.

    configure(service, settings)           once per process, after any fork
    continued(traceparent, name)           around each request, event and job
    step(name)                             around what takes time within one of them
    propagated() -> dict[str, str]         the headers that take the trace along with a call

A span has a name of ours (a route, a type of event, a step) and at most a status: no id, and nothing of a person.

Without an exporter the ids still travel, so that logs of five services can be read as one story.
"""

import random
from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from common.settings import ServiceSettings

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("figurine")
# Ids of traces only need to differ.
_RANDOM = random.SystemRandom()
_OUR_FAULT = 500


def configure(service: str, settings: ServiceSettings) -> None:
    """Export spans over OTLP/HTTP to the collector of the settings, if there is one; its CA vouches for it."""
    endpoint, ca_file = settings.otlp_endpoint, settings.ca_file
    if endpoint is None:
        return
    # 40 ms and 10 MiB that a process without a collector need not pay.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    provider = TracerProvider(resource=Resource.create({"service.name": f"figurine.{service}"}))
    exporter = OTLPSpanExporter(
        endpoint=f"{endpoint.rstrip('/')}/v1/traces",
        certificate_file=None if ca_file is None else str(ca_file),
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def current_traceparent() -> str | None:
    """The traceparent to hand on, or None outside any trace."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def propagated() -> dict[str, str]:
    """The headers that take the trace along with a call to a neighbour; none outside any trace."""
    traceparent = current_traceparent()
    return {} if traceparent is None else {"traceparent": traceparent}


@contextmanager
def step(name: str) -> Generator[None]:
    """A part of the present work that takes time of its own."""
    with _span(name):
        yield


@contextmanager
def continued(traceparent: str | None, name: str) -> Generator[None]:
    """Work under a trace that came from elsewhere, or under a new one."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    token = context.attach(_PROPAGATOR.extract(carrier, context=context.Context()))
    try:
        with _span(name) as span:
            if span.get_span_context().is_valid:
                yield
            else:
                with trace.use_span(_new_trace()):
                    yield
    finally:
        context.detach(token)


def name_span(name: str, *, status: int) -> None:
    """Call the current span by its route, once that is known, and say how the request was answered."""
    span = trace.get_current_span()
    span.update_name(name)
    span.set_attribute("http.response.status_code", status)
    if status >= _OUR_FAULT:
        span.set_status(StatusCode.ERROR)


@contextmanager
def _span(name: str) -> Generator[Span]:
    # The library would write down what an exception says, which may quote personal data. Its kind is enough here: the
    # logs tell the rest, under the same trace id.
    with _TRACER.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield span
        except Exception as error:
            span.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def _new_trace() -> NonRecordingSpan:
    return NonRecordingSpan(
        SpanContext(
            trace_id=_RANDOM.getrandbits(128),
            span_id=_RANDOM.getrandbits(64),
            is_remote=False,
            trace_flags=TraceFlags(TraceFlags.DEFAULT),
        )
    )
