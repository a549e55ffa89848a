"""What an operator sees of the workshop: lines, states, engines, and how long an order takes. Of nobody."""

from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Gauge, Histogram

from common.tracing import step
from generation.domain.jobs import TRANSITIONS, State
from generation.ports import PaintingFailed, PaintingUnknown

LIVE_STATES = tuple(state for state in State if TRANSITIONS[state])

QUEUE_JOBS = Gauge("generation_queue_jobs", "Jobs that wait for an engine", ["engine"])
QUEUE_AGE = Gauge("generation_queue_oldest_seconds", "How long the oldest of them has waited", ["engine"])
JOBS = Gauge("generation_jobs", "Jobs that are not over, by state", ["state"])
UNKNOWN_CALLS = Counter(
    "generation_unknown_calls", "Calls to an engine that may have been received and were never answered", ["engine"]
)
ENGINE_SECONDS = Histogram(
    "generation_engine_seconds",
    "Seconds an engine took over one order, by what came of it: painted, or a failure code",
    ["engine", "outcome"],
    buckets=(0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 45, 60, 90, 120, 300),
)
ORDER_SECONDS = Histogram(
    "generation_order_seconds",
    "Seconds from an order to its pictures, of orders that want them now",
    ["engine"],
    buckets=(1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900, 3600),
)


@contextmanager
def engine_watched(engine: str) -> Generator[None]:
    """Time an engine, whatever comes of it."""
    began, outcome = perf_counter(), "error"
    try:
        with step(f"engine {engine}"):
            yield
        outcome = "painted"
    except PaintingUnknown:
        outcome = "unknown"
        raise
    except PaintingFailed as failure:
        outcome = failure.code
        raise
    finally:
        ENGINE_SECONDS.labels(engine, outcome).observe(perf_counter() - began)
