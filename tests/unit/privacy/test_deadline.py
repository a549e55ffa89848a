"""Promise K1 as arithmetic: which deadline an upload gets, and what its end proves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from privacy.domain import LONGEST_HOLD, RetentionClock, deadline, delay, delay_sentence, deletion, removal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
UPLOAD = UUID("019ab000-0000-7000-8000-000000000001")
OWNER = UUID("019ab000-0000-7000-8000-000000000002")

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone itself


def clock(*, due_at: datetime = NOON + LONGEST_HOLD) -> RetentionClock:
    return RetentionClock(upload_id=UPLOAD, user_id=OWNER, uploaded_at=NOON, due_at=due_at, deleted_at=None)


@given(uploaded_at=moments, delete_by=moments)
def test_no_upload_is_due_later_than_a_day_after_it_arrived(uploaded_at: datetime, delete_by: datetime) -> None:
    assert deadline(uploaded_at=uploaded_at, delete_by=delete_by) <= uploaded_at + timedelta(hours=24)


@given(uploaded_at=moments, delete_by=moments, lasted=st.timedeltas(timedelta(0), timedelta(days=3)))
def test_no_upload_is_due_later_than_a_day_after_its_figurine_ended(
    uploaded_at: datetime, delete_by: datetime, lasted: timedelta
) -> None:
    ended_at = uploaded_at + lasted
    assert deadline(uploaded_at=uploaded_at, delete_by=delete_by) <= ended_at + timedelta(hours=24)


def test_a_deadline_its_owner_was_told_is_kept_where_it_is_sooner() -> None:
    assert deadline(uploaded_at=NOON, delete_by=NOON + timedelta(hours=2)) == NOON + timedelta(hours=2)


def test_a_deletion_at_the_deadline_keeps_the_promise_and_one_after_it_does_not() -> None:
    due_at = NOON + timedelta(hours=24)
    assert clock(due_at=due_at).kept_by(due_at)
    assert not clock(due_at=due_at).kept_by(due_at + timedelta(microseconds=1))


def test_the_proof_of_a_deletion_says_how_long_the_photo_was_held_and_why_it_went() -> None:
    assert deletion(clock(), deleted_at=NOON + timedelta(seconds=90), reason="generated") == {
        "uploaded_at": "2026-11-23T12:00:00+00:00",
        "due_at": "2026-11-24T12:00:00+00:00",
        "deleted_at": "2026-11-23T12:01:30+00:00",
        "held_seconds": 90,
        "reason": "generated",
    }


def test_a_photo_is_never_held_for_less_than_no_time_though_two_machines_disagree_about_the_time() -> None:
    assert deletion(clock(), deleted_at=NOON - timedelta(seconds=1), reason="generated")["held_seconds"] == 0


def test_a_late_upload_is_reported_with_its_id_and_how_late_it_is_and_without_its_owner() -> None:
    noticed_at = NOON + LONGEST_HOLD + timedelta(minutes=5)
    sentence = delay_sentence(clock(), noticed_at=noticed_at)
    assert str(UPLOAD) in sentence
    assert "300 s" in sentence
    assert str(OWNER) not in sentence
    assert delay(clock(), noticed_at=noticed_at)["late_seconds"] == 300


@given(saved_at=moments, deleted_at=moments)
def test_a_saved_photo_went_because_its_owner_said_so_and_was_never_held_for_less_than_nothing(
    saved_at: datetime, deleted_at: datetime
) -> None:
    fact = removal(saved_at=saved_at, deleted_at=deleted_at)
    assert (fact["reason"], int(fact["held_seconds"]) >= 0) == ("owner", True)
    assert "due_at" not in fact
