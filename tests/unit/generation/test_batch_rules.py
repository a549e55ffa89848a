"""Orders that can wait: every clock of the house that they meet, and the states of their groups."""

from datetime import UTC, datetime, timedelta

import pytest

import gateway.domain.figurines as gateway
import privacy.domain.retention as privacy
from billing.settings import Settings as BillingSettings
from common.inventory import COMMON_TABLES, Days
from generation.domain import CONSENT_PATIENCE, EXPIRY_MARGIN, LONGEST_PAINTING, UPLOAD_LIFETIME
from generation.domain.batches import (
    BATCH_TRANSITIONS,
    HANDOVER_PATIENCE,
    LEASE,
    PATIENCE,
    PROMISED,
    SEARCH,
    UNKNOWN_PATIENCE,
    BatchState,
    look_again_after,
    rest_after,
    seconds_left,
)

THE_PARTNERS_DAY = timedelta(hours=24)
SWEEP = timedelta(minutes=1)
STALE_HOLD = timedelta(hours=BillingSettings.model_fields["stale_hold_hours"].default)
(INBOX,) = (table for table in COMMON_TABLES if table.name == "inbox")
INBOX_LIFETIME = timedelta(days=INBOX.retain.count) if isinstance(INBOX.retain, Days) else timedelta(0)
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_every_clock_agrees_with_a_batch_that_takes_a_day() -> None:
    # The photo is there when it is handed over, even twice in doubt, and gone long before it has to be.
    doubts = 2 * (LEASE + UNKNOWN_PATIENCE + look_again_after(99))
    assert CONSENT_PATIENCE < HANDOVER_PATIENCE
    assert HANDOVER_PATIENCE + doubts + HANDOVER_PATIENCE < UPLOAD_LIFETIME - EXPIRY_MARGIN
    assert UPLOAD_LIFETIME == gateway.UPLOAD_LIFETIME == privacy.LONGEST_HOLD
    # The partner has its day however late it began, and people are told of no other.
    assert PATIENCE - HANDOVER_PATIENCE >= THE_PARTNERS_DAY
    assert PROMISED == gateway.BATCH_PROMISED <= PATIENCE
    # No hold is called stale while its order may still come to its end.
    assert PATIENCE + LEASE + look_again_after(99) + SWEEP + LONGEST_PAINTING < STALE_HOLD
    # What the partner has is looked for as long as anybody waits, and news of it is known again if it comes twice.
    assert SEARCH >= PATIENCE
    assert INBOX_LIFETIME > PATIENCE
    # Nobody takes a batch for abandoned whose pictures are being finished.
    assert look_again_after(0) < LEASE


def test_looks_and_rests_grow_and_stay_within_bounds() -> None:
    for growing in (look_again_after, rest_after):
        pauses = [growing(n) for n in range(100)]
        assert pauses == sorted(pauses)
        assert pauses[0] < pauses[-1] <= timedelta(minutes=20)


def test_a_partner_is_left_alone_for_as_long_as_it_asks_within_reason() -> None:
    assert rest_after(0, timedelta(minutes=7)) == timedelta(minutes=7)
    assert rest_after(0, timedelta(seconds=1)) == rest_after(0)
    assert rest_after(0, timedelta(days=1)) == timedelta(minutes=20)


def test_the_time_that_is_told_counts_down_to_the_promise() -> None:
    assert seconds_left(NOW, NOW) == 24 * 3600
    assert seconds_left(NOW, NOW + timedelta(hours=23)) == 3600
    assert seconds_left(NOW, NOW + timedelta(hours=25)) == 1


@pytest.mark.parametrize("state", BatchState)
def test_every_group_comes_to_its_end(state: BatchState) -> None:
    reached, seen = {state}, set[BatchState]()
    while reached - seen:
        (step, *_) = reached - seen
        seen.add(step)
        reached |= BATCH_TRANSITIONS[step]
    assert BatchState.ENDED in reached
    assert state not in BATCH_TRANSITIONS[state]


def test_what_the_partner_may_have_is_never_simply_forgotten() -> None:
    assert BatchState.ENDED not in BATCH_TRANSITIONS[BatchState.RUNNING]
    assert BATCH_TRANSITIONS[BatchState.ENDED] == frozenset()
