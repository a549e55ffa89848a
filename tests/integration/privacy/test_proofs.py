"""What privacy answers over HTTP, to whom the gateway vouches for."""

from datetime import timedelta
from uuid import UUID

import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.gateway import ImageUploaded
from common.contracts.generation import FigurineGenerated, ImageDeleted, PictureSize, SavedPhotoDeleted
from common.service import Service
from common.work import UnitOfWork
from privacy import use_cases
from privacy.repository import Work
from tests.fakes.asking import Ask


def hold_and_delete(work: Work, user_id: UUID, *, ago: timedelta = timedelta(0)) -> UUID:
    """An upload that was made into a figurine after 9 s and went a second later."""
    upload_id, figurine_id = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
    now = SYSTEM_CLOCK.now() - ago
    use_cases.start_clock(
        work,
        ImageUploaded(
            figurine_id=figurine_id,
            upload_id=upload_id,
            user_id=user_id,
            style="window-box",
            variants=1,
            aspect_ratio="1:1",
            seed=1,
            uploaded_at=now,
            delete_by=now + timedelta(hours=24),
        ),
    )
    use_cases.remember_generated(
        work,
        FigurineGenerated(
            figurine_id=figurine_id,
            user_id=user_id,
            style="window-box",
            engine="studio",
            requested=1,
            pictures=(PictureSize(n=1, width=8, height=8),),
            requested_at=now,
            generated_at=now + timedelta(seconds=9),
            rendering_ms=5,
        ),
    )
    use_cases.prove_deletion(
        work,
        ImageDeleted(
            upload_id=upload_id,
            figurine_id=figurine_id,
            user_id=user_id,
            reason="generated",
            deleted_at=now + timedelta(seconds=10),
        ),
    )
    return upload_id


def test_a_person_sees_how_long_each_upload_was_held_and_why_it_went(
    service: Service[Work], ask: Ask, ada: UUID
) -> None:
    with service.unit.begin() as work:
        upload_id = hold_and_delete(work, ada)
        hold_and_delete(work, SYSTEM_CLOCK.new_id())
    status, body = ask("/v1/photos/proofs", ada)
    assert status == 200
    (proof,) = body["items"]
    assert proof["upload_id"] == str(upload_id)
    assert (proof["held_seconds"], proof["reason"], proof["kept"]) == (10, "generated", True)
    assert proof["uploaded_at"] < proof["ended_at"] < proof["deleted_at"]
    assert body["next_cursor"] is None


def test_a_saved_photo_that_its_owner_deleted_is_proven_gone_among_the_others(
    service: Service[Work], ask: Ask, ada: UUID
) -> None:
    saved_id, now = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.now()
    event = SavedPhotoDeleted(saved_id=saved_id, user_id=ada, saved_at=now - timedelta(days=40), deleted_at=now)
    with service.unit.begin() as work:
        hold_and_delete(work, ada)
        use_cases.prove_saved_photo_gone(work, event)
    saved, upload = ask("/v1/photos/proofs", ada)[1]["items"]
    assert (saved["upload_id"], saved["reason"], saved["kept"]) == (str(saved_id), "owner", True)
    assert (saved["held_seconds"], saved["ended_at"], upload["reason"]) == (40 * 86_400, None, "generated")


def test_pages_follow_one_another_without_gap_or_repetition(service: Service[Work], ask: Ask, ada: UUID) -> None:
    with service.unit.begin() as work:
        uploads = [str(hold_and_delete(work, ada)) for _ in range(5)]
    pages: list[list[str]] = []
    cursor = ""
    while cursor is not None:
        _, body = ask(f"/v1/photos/proofs?limit=2{cursor and f'&cursor={cursor}'}", ada)
        pages.append([item["upload_id"] for item in body["items"]])
        cursor = body["next_cursor"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [upload for page in pages for upload in page] == uploads[::-1]


def test_a_proof_is_shown_for_thirty_days(unit: UnitOfWork[Work], clock: MovableClock, ada: UUID) -> None:
    with unit.begin() as work:
        hold_and_delete(work, ada)
        clock.advance(timedelta(days=29))
        assert len(use_cases.read_proofs(work, ada, before=None, limit=10)) == 1
        clock.advance(timedelta(days=2))
        assert use_cases.read_proofs(work, ada, before=None, limit=10) == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "cursor=yesterday"])
def test_a_page_that_does_not_exist_is_a_malformed_request(ask: Ask, ada: UUID, query: str) -> None:
    status, body = ask(f"/v1/photos/proofs?{query}", ada)
    assert (status, body["code"]) == (400, "invalid_request")


def test_proofs_are_for_people_who_are_signed_in(ask: Ask) -> None:
    status, body = ask("/v1/photos/proofs", None)
    assert (status, body["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("path", ["/v1/photos/proofs", "/v1/promises/K1"])
def test_a_token_for_another_service_opens_nothing(ask: Ask, ada: UUID, path: str) -> None:
    status, body = ask(path, ada, audience="billing")
    assert (status, body["code"]) == (401, "unauthenticated")


def test_how_the_promise_stands_is_told_without_saying_about_whom(service: Service[Work], ask: Ask, ada: UUID) -> None:
    with service.unit.begin() as work:
        hold_and_delete(work, ada)
        hold_and_delete(work, ada, ago=timedelta(hours=2))
    status, body = ask("/v1/promises/K1", None)
    assert status == 200
    assert body.keys() == {"open", "overdue", "oldest_seconds", "last_deletion_at"}
    assert (body["open"], body["overdue"], body["oldest_seconds"]) == (0, 0, 0)
    assert body["last_deletion_at"] is not None
