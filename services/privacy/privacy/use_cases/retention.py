"""Promise K1: the clock of every upload, the proof that it went, and what is over."""

from uuid import UUID

from common.contracts.gateway import ImageUploaded
from common.contracts.generation import FigurineFailed, FigurineGenerated, ImageDeleted, SavedPhotoDeleted
from common.contracts.rights import PromiseBroken
from common.errors import NotYet
from privacy.domain import PROOFS_SHOWN, Proof, Retention, deadline, delay, delay_sentence, deletion, removal
from privacy.inventory import EVIDENCE_KEPT
from privacy.repository import Work

K1 = "K1"
# Saved by choice, and gone by choice.
C2 = "C2"


def start_clock(work: Work, event: ImageUploaded) -> None:
    """An upload is held from now on, and has a deadline from its first moment."""
    work.clocks.start(
        event.upload_id,
        event.figurine_id,
        event.user_id,
        uploaded_at=event.uploaded_at,
        due_at=deadline(uploaded_at=event.uploaded_at, delete_by=event.delete_by),
    )


def remember_generated(work: Work, event: FigurineGenerated) -> None:
    """The figurine exists: its upload is no longer needed."""
    work.endings.add(event.figurine_id, event.user_id, ended_at=event.generated_at)


def remember_failed(work: Work, event: FigurineFailed) -> None:
    """There will be no figurine: its upload is no longer needed.

    A cancellation may come before the upload it cancels, which may then never come.
    """
    work.endings.add(event.figurine_id, event.user_id, ended_at=event.failed_at)


def prove_deletion(work: Work, event: ImageDeleted) -> None:
    """The upload is gone: stop its clock and file the proof, once."""
    clock = work.clocks.find(event.upload_id)
    if clock is None:
        raise NotYet
    if clock.deleted_at is not None:
        return
    work.clocks.stop(clock.upload_id, deleted_at=event.deleted_at)
    work.evidence.file(
        K1,
        clock.user_id,
        clock.upload_id,
        kept=clock.kept_by(event.deleted_at),
        fact=deletion(clock, deleted_at=event.deleted_at, reason=event.reason),
    )


def prove_saved_photo_gone(work: Work, event: SavedPhotoDeleted) -> None:
    """A photo that its owner had saved went because she said so: file the proof, which she sees with the others."""
    fact = removal(saved_at=event.saved_at, deleted_at=event.deleted_at)
    work.evidence.file(C2, event.user_id, event.saved_id, kept=True, fact=fact)


def report_overdue(work: Work, *, limit: int = 100) -> int:
    """Every upload held past its deadline breaks promise K1, and is reported once."""
    now = work.clock.now()
    overdue = work.clocks.take_unreported(limit=limit)
    for clock in overdue:
        work.evidence.file(K1, clock.user_id, clock.upload_id, kept=False, fact=delay(clock, noticed_at=now))
        work.outbox.add(PromiseBroken(promise=K1, detail=delay_sentence(clock, noticed_at=now), noticed_at=now))
    return len(overdue)


def forget_evidence(work: Work, *, limit: int = 1000) -> int:
    """Delete evidence past its declared period, at most `limit`; returns how many."""
    return work.evidence.forget(kept=EVIDENCE_KEPT.interval, limit=limit)


def read_proofs(work: Work, user_id: UUID, *, before: UUID | None, limit: int) -> list[Proof]:
    """What became of the person's uploads in the last 30 days, the newest proof first."""
    return work.evidence.proofs(user_id, since=work.clock.now() - PROOFS_SHOWN, before=before, limit=limit)


def read_retention(work: Work) -> Retention:
    """How promise K1 stands right now."""
    return work.clocks.retention()
