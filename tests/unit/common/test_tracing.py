"""One story keeps one trace id, with or without a collector."""

from common.tracing import continued, current_traceparent

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
