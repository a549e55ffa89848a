"""The books of the whole studio: whatever was killed, they balance."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

import psycopg

from generation.ports import Size
from ops.embedded.failures import StackFailed
from ops.embedded.waiting import until
from ops.services import SERVICES
from tests.chaos.crowd import JOBS, Crowd
from tests.chaos.laws import BROKEN, UNSETTLED
from tests.fixtures import inside
from tests.fixtures.stack import RunningStack

# The clock of a deletion that broke off runs for half a minute, and a retry may have come just before.
SETTLING_SECONDS = 75


def check_the_books(stack: RunningStack, *, seconds: float = SETTLING_SECONDS) -> None:
    """Wait until nothing is on its way; then nothing may be lost, double, or left behind."""
    try:
        until(lambda: not unsettled(stack), "The rest of the whole studio", seconds=seconds)
    except StackFailed as late:
        raise AssertionError(f"{late} {unsettled(stack)}") from late
    broken = found(stack, BROKEN)
    assert not broken, broken
    assert kept_uploads(stack) == set()
    assert missing_pictures(stack) == set()
    assert orphaned_pictures(stack) == set()
    assert inside.keys(stack, "photos") == saved_photos(stack)


def kept_uploads(stack: RunningStack) -> set[str]:
    """Uploads that generation knows of and that still lie in the store.

    A photo whose order was lost with the answer to its commit is known to nobody: the sweep of strays takes it.
    """
    known = {str(row) for (row,) in inside.rows(stack, "generation", "SELECT id FROM uploads")}
    return {key for key in inside.keys(stack, "uploads") if key.partition("/")[0] in known}


def saved_photos(stack: RunningStack) -> set[str]:
    """The objects of the photos that are saved; each has a small copy beside it."""
    saved = inside.rows(stack, "generation", "SELECT id FROM saved_photos WHERE state = 'saved'")
    return {f"{photo_id}/{part}" for (photo_id,) in saved for part in ("photo", "thumb")}


def end_well(stack: RunningStack, crowd: Crowd, *, seconds: float = 60) -> Counter[str]:
    """Wait until each of the twenty orders has come to one end, and check the books; returns the ends."""
    stack.wait_until_ready()
    ends = crowd.wait_until_ended(seconds=seconds)
    assert ends.total() == JOBS
    check_the_books(stack)
    return ends


def unsettled(stack: RunningStack) -> dict[str, Any]:
    """What is still on its way: rows, events, messages, dead letters among them."""
    waiting = found(stack, UNSETTLED)
    outboxes = {service: inside.number(stack, service, "SELECT count(*) FROM outbox") for service in SERVICES}
    unpublished = {f"outbox of {service}": count for service, count in outboxes.items() if count}
    return {**waiting, **unpublished, **inside.messages(stack)}


def found(stack: RunningStack, queries: Mapping[str, LiteralString]) -> dict[str, list[Any]]:
    """The queries that find something, and what."""
    with psycopg.connect(stack.postgres.admin_url()) as connection:
        return found_by(connection, queries)


def found_by(connection: psycopg.Connection[Any], queries: Mapping[str, LiteralString]) -> dict[str, list[Any]]:
    """The same, as one transaction sees it."""
    answers = {name: connection.execute(query).fetchall() for name, query in queries.items()}
    return {name: rows for name, rows in answers.items() if rows}


def missing_pictures(stack: RunningStack) -> set[str]:
    """Objects of delivered pictures that are not in the store."""
    return set(_delivered(stack)) - inside.keys(stack, "figurines")


def orphaned_pictures(stack: RunningStack) -> set[str]:
    """Objects in the store that belong to no delivered picture, and to no attempt the next sweep will clear away."""
    attempts = inside.rows(
        stack, "generation", "SELECT figurine_id, attempt FROM attempts WHERE NOT swept AND ended_at IS NOT NULL"
    )
    to_sweep = tuple(f"{figurine_id}/{attempt}/" for figurine_id, attempt in attempts)
    models = tuple(f"{prefix}-model-" for prefix, *_ in _pictures(stack))
    others = inside.keys(stack, "figurines") - set(_delivered(stack))
    return {key for key in others if not key.startswith(to_sweep) and not key.startswith(models)}


def _delivered(stack: RunningStack) -> Iterator[str]:
    for prefix, original, memo in _pictures(stack):
        yield from (f"{prefix}-{size}" for size in Size if original or size is not Size.ORIGINAL)
        if memo:
            yield f"{prefix}-memo"


def _pictures(stack: RunningStack) -> list[tuple[str, str | None, bool]]:
    return inside.rows(stack, "generation", "SELECT prefix, original_type, memo FROM pictures")
