"""Whatever the order and number of deliveries, the rows in the end are the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK
from common.contracts import Envelope, Event
from common.contracts.gateway import ImageUploaded
from common.contracts.generation import FigurineFailed, FigurineGenerated, ImageDeleted, PictureSize
from common.database import Database
from common.errors import NotYet
from common.intake import Intake
from common.work import UnitOfWork
from privacy.ports import Pace
from privacy.repository import Work
from privacy.subscribers import subscriptions

UPLOAD_TO_END = st.timedeltas(timedelta(0), timedelta(hours=30))
HOUR = timedelta(hours=1)


Deliver = Callable[[Sequence[Envelope], int], None]


@pytest.fixture(scope="module")
def deliver(database: Database) -> Iterator[Deliver]:
    """Hand these to the service in this order, in batches of this size, as its consumer does."""
    unit = UnitOfWork(service="privacy", database=database, build=Work)
    with closing(Intake(database=database, unit=unit, subscriptions=subscriptions(None, Pace(of_probes=1)))) as intake:

        def deliver(envelopes: Sequence[Envelope], size: int) -> None:
            batches = [envelopes[start : start + size] for start in range(0, len(envelopes), size)]
            too_early = [envelope for batch in batches for envelope in taken(batch)]
            assert len(too_early) < len(envelopes), "every event waits for another"
            if too_early:
                deliver(too_early, 1)

        def taken(batch: Sequence[Envelope]) -> list[Envelope]:
            try:
                intake.take(batch, wake_relay=False)
            except NotYet:
                return list(batch) if len(batch) == 1 else [late for each in batch for late in taken([each])]
            return []

        yield deliver


def envelope(event: Event) -> Envelope:
    return Envelope(id=SYSTEM_CLOCK.new_id(), source="/services/test", time=SYSTEM_CLOCK.now(), event=event)


def story(*, generated: bool, lasted: timedelta) -> tuple[Event, Event, Event]:
    """An upload, the end of its figurine, and its deletion."""
    figurine_id, upload_id, user_id = (SYSTEM_CLOCK.new_id() for _ in range(3))
    uploaded_at = SYSTEM_CLOCK.now()
    ended_at = uploaded_at + lasted
    ended = (
        FigurineGenerated(
            figurine_id=figurine_id,
            user_id=user_id,
            style="window-box",
            engine="studio",
            requested=1,
            pictures=(PictureSize(n=1, width=8, height=8),),
            requested_at=uploaded_at,
            generated_at=ended_at,
            rendering_ms=5,
        )
        if generated
        else FigurineFailed(
            figurine_id=figurine_id, user_id=user_id, style="window-box", code="cancelled", failed_at=ended_at
        )
    )
    return (
        ImageUploaded(
            figurine_id=figurine_id,
            upload_id=upload_id,
            user_id=user_id,
            style="window-box",
            variants=1,
            aspect_ratio="1:1",
            seed=1,
            uploaded_at=uploaded_at,
            delete_by=uploaded_at + 23 * HOUR,
        ),
        ended,
        ImageDeleted(
            upload_id=upload_id,
            figurine_id=figurine_id,
            user_id=user_id,
            reason="generated",
            deleted_at=ended_at + timedelta(seconds=2),
        ),
    )


@settings(max_examples=120)
@given(order=st.permutations((0, 0, 1, 1, 2, 2)), size=st.integers(1, 6), generated=st.booleans(), lasted=UPLOAD_TO_END)
def test_every_event_twice_in_every_order_gives_the_same_rows(
    *,
    deliver: Deliver,
    database: Database,
    order: Sequence[int],
    size: int,
    generated: bool,
    lasted: timedelta,
) -> None:
    uploaded, ended, deleted = story(generated=generated, lasted=lasted)
    assert isinstance(uploaded, ImageUploaded)
    assert isinstance(deleted, ImageDeleted)
    envelopes = [envelope(event) for event in (uploaded, ended, deleted)]
    deliver([envelopes[n] for n in order], size)
    with database.begin() as connection:
        clocks = connection.execute(
            "SELECT figurine_id, user_id, uploaded_at, due_at, deleted_at FROM clocks WHERE upload_id = %s",
            [uploaded.upload_id],
        ).fetchall()
        endings = connection.execute(
            "SELECT user_id, ended_at - %s FROM endings WHERE figurine_id = %s",
            [uploaded.uploaded_at, uploaded.figurine_id],
        ).fetchall()
        evidence = connection.execute(
            "SELECT promise, user_id, kept, fact FROM evidence WHERE upload_id = %s", [uploaded.upload_id]
        ).fetchall()
    due_at = uploaded.uploaded_at + 23 * HOUR
    fact = {
        "uploaded_at": uploaded.uploaded_at.isoformat(),
        "due_at": due_at.isoformat(),
        "deleted_at": deleted.deleted_at.isoformat(),
        "held_seconds": int((lasted + timedelta(seconds=2)).total_seconds()),
        "reason": "generated",
    }
    assert clocks == [(uploaded.figurine_id, uploaded.user_id, uploaded.uploaded_at, due_at, deleted.deleted_at)]
    assert endings == [(uploaded.user_id, lasted)]
    assert evidence == [("K1", uploaded.user_id, deleted.deleted_at <= due_at, fact)]


def test_a_cancellation_whose_upload_never_comes_waits_for_nothing(deliver: Deliver) -> None:
    _, failed, _ = story(generated=False, lasted=timedelta(0))
    deliver([envelope(failed), envelope(failed)], 1)
