"""What is too old to be there still, and sweeps that have stopped: each service has both probes, under one promise."""

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, LiteralString

from common.probes.retention import NOTHING_TOO_OLD, SWEEPS_RUN
from ops.prove.hands import Hands
from ops.prove.mutation import breaks

Old = Callable[[Hands], AbstractContextManager[None]]


def _changed(hands: Hands, change: LiteralString, back: LiteralString, row: Any) -> Generator[None]:
    hands.sql(change, [row])
    try:
        yield
    finally:
        hands.sql(back, [row])


@contextmanager
def _old_upload(hands: Hands) -> Generator[None]:
    """It is being deleted, past its deadline, and nobody does it."""
    ((upload,),) = hands.sql(
        "SELECT id FROM generation.uploads WHERE user_id = %s AND state = 'deleted' LIMIT 1", [hands.resident.id]
    )
    yield from _changed(
        hands,
        """
        UPDATE generation.uploads
           SET state = 'deleting', delete_by = delete_by - interval '2 days', deleted_at = NULL,
               next_try_at = now() + interval '1 day'
         WHERE id = %s
        """,
        """
        UPDATE generation.uploads
           SET state = 'deleted', delete_by = delete_by + interval '2 days', deleted_at = now(), next_try_at = NULL
         WHERE id = %s
        """,
        upload,
    )


@contextmanager
def _old_count(hands: Hands) -> Generator[None]:
    """It leads to somebody's pseudonym after more than two years."""
    ((name,),) = hands.sql("SELECT subject FROM analytics.facts WHERE subject IS NOT NULL LIMIT 1")
    yield from _changed(
        hands,
        "UPDATE analytics.facts SET day = day - 800 WHERE subject = %s",
        "UPDATE analytics.facts SET day = day + 800 WHERE subject = %s",
        name,
    )


@contextmanager
def _old_entry(hands: Hands) -> Generator[None]:
    """An address in the log that is forty days old."""
    ((entry,),) = hands.sql("SELECT id FROM gateway.security_log WHERE account_id = %s LIMIT 1", [hands.resident.id])
    yield from _changed(
        hands,
        "UPDATE gateway.security_log SET at = at - interval '40 days' WHERE id = %s",
        "UPDATE gateway.security_log SET at = at + interval '40 days' WHERE id = %s",
        entry,
    )


@contextmanager
def _old_try(hands: Hands) -> Generator[None]:
    """A code that somebody tried three days ago."""
    yield from _changed(
        hands,
        "INSERT INTO billing.code_tries (user_id, tries, since) VALUES (%s, 1, now() - interval '3 days')",
        "DELETE FROM billing.code_tries WHERE user_id = %s",
        hands.resident.id,
    )


# The promise that a service's deadlines stand under, what of its is too old, and how that is done.
_OF: Final[Mapping[str, tuple[LiteralString, str, Old]]] = {
    "K1": ("generation", "an upload that nobody deletes, past its deadline", _old_upload),
    "K4": ("analytics", "a count of somebody that is older than two years", _old_count),
    "C5": ("gateway", "an entry of the security log that is older than 30 days", _old_entry),
    "C6": ("billing", "a code that was tried days ago, and is still counted", _old_try),
}


def _register(promise: str, service: LiteralString, sentence: str, old: Old) -> None:
    @breaks(promise, NOTHING_TOO_OLD, sentence)
    def _keep_too_long(hands: Hands) -> Generator[None]:
        with old(hands):
            yield

    @breaks(promise, SWEEPS_RUN, f"a sweep of {service} that has stopped")
    def _stop_a_sweep(hands: Hands) -> Generator[None]:
        with hands.swept_long_ago(service):
            yield


for _promise, (_service, _sentence, _old) in _OF.items():
    _register(_promise, _service, _sentence, _old)
