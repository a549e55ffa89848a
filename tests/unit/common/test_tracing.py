"""One story keeps one trace id, with or without a collector."""

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from common.tracing import continued, current_traceparent, name_span, propagated, step

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_outside_any_work_there_is_no_trace() -> None:
    assert current_traceparent() is None


def test_work_from_elsewhere_stays_in_its_trace() -> None:
    with continued(PARENT, "work"):
        traceparent = current_traceparent()
    assert traceparent is not None
    assert traceparent.split("-")[1] == PARENT.split("-")[1]


def test_work_without_a_trace_begins_one() -> None:
    with continued(None, "one"):
        first = current_traceparent()
    with continued(None, "two"):
        second = current_traceparent()
    assert first is not None
    assert second is not None
    assert first.split("-")[1] != second.split("-")[1]


def test_work_inside_work_stays_in_the_outer_trace_when_handed_on() -> None:
    with continued(None, "outer"):
        outer = current_traceparent()
        with continued(outer, "inner"):
            inner = current_traceparent()
    assert inner is not None
    assert outer is not None
    assert inner.split("-")[1] == outer.split("-")[1]


def test_a_malformed_traceparent_begins_a_new_trace() -> None:
    with continued("00-zz", "work"):
        assert current_traceparent() is not None


def test_a_call_to_a_neighbour_takes_the_trace_along() -> None:
    assert propagated() == {}
    with continued(PARENT, "work"):
        assert propagated()["traceparent"].split("-")[1] == PARENT.split("-")[1]


def test_a_span_that_failed_says_of_what_kind_and_not_what_it_said(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="no number"), continued(PARENT, "work"), step("part"):
        raise ValueError("ada@example.org is no number")
    part, work = spans.get_finished_spans()
    assert (part.status.status_code, part.status.description) == (StatusCode.ERROR, "ValueError")
    assert part.parent == work.context
    assert not [span for span in (part, work) if "ada" in span.to_json()]


def test_a_request_is_named_by_its_route_and_failed_only_where_the_fault_is_ours(spans: InMemorySpanExporter) -> None:
    for status in (404, 503):
        with continued(None, "HTTP GET"):
            name_span("GET /v1/figurines/<uuid:id>", status=status)
    theirs, ours = spans.get_finished_spans()
    assert (theirs.name, theirs.status.status_code) == ("GET /v1/figurines/<uuid:id>", StatusCode.UNSET)
    assert ours.status.status_code is StatusCode.ERROR
