"""The workshop: figurines are painted here, and photos and figurines end here."""

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from uuid import UUID

import psycopg
import structlog

from common.contracts.pricing import BATCH
from common.errors import Unavailable
from common.tracing import continued, step
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import (
    EXPIRY_MARGIN,
    GEMINI,
    LONGEST_PAINTING,
    STUDIO,
    UPLOAD_LIFETIME,
    FailureCode,
    Figurine,
    Origin,
    Painters,
    StoredPicture,
    Upload,
)
from generation.jobs.gathering import Gathering
from generation.jobs.measures import (
    JOBS,
    LIVE_STATES,
    ORDER_SECONDS,
    QUEUE_AGE,
    QUEUE_JOBS,
    UNKNOWN_CALLS,
    engine_watched,
)
from generation.jobs.rounds import one_of_many
from generation.ports import (
    Finish,
    Finished,
    ImageEngine,
    Painting,
    PaintingFailed,
    PaintingUnknown,
    PaintOrder,
    PhotoMissing,
    PhotoStore,
    PictureBroken,
    PictureStore,
)
from generation.repository import Work

log = structlog.get_logger(__name__)


class _NothingMayBeTold(Exception):
    """The consent was withdrawn, or the claim lost, before the engine was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where figurines are made, and where their photos end."""

    unit: UnitOfWork[Work]
    engines: Mapping[str, ImageEngine]
    painters: Painters
    photos: PhotoStore
    pictures: PictureStore
    finish: Finish
    lease: timedelta

    def render_next(self, engine: str | None = None) -> int:
        """Claim the next job (of this engine), paint it, settle it; 0 when nobody waits."""
        engines = self.engines if engine is None else (engine,)
        with self.unit.begin() as work:
            claim = use_cases.claim_job(work, lease=self.lease, painters=self.painters, engines=engines)
            trace = None if claim is None else work.jobs.traceparent(claim.id)
        if claim is None:
            return 0
        with continued(trace, "paint"), self._lease_kept(claim):
            self._paint(claim)
        return 1

    def delete_uploads(self) -> int:
        """Destroy photos that are no longer needed, and say so."""
        with self.unit.begin() as work:
            uploads = work.uploads.claim_deletions(limit=20)
        for upload in uploads:
            one_of_many(partial(self._delete, upload), upload_id=upload.id)
        return len(uploads)

    def delete_figurines(self) -> int:
        """Destroy the pictures of figurines their owners deleted, and say so."""
        with self.unit.begin() as work:
            leaving = work.leaving.claim(limit=20)
        for figurine_id in leaving:
            one_of_many(partial(self._destroy, figurine_id), figurine_id=figurine_id)
        return len(leaving)

    def sweep_attempts(self) -> int:
        """Destroy pictures of attempts that did not win, once nobody can be storing them any more."""
        with self.unit.begin() as work:
            attempts = work.attempts.unswept(ended_before=work.clock.now() - LONGEST_PAINTING, limit=50)
        swept = [
            one_of_many(partial(self._sweep, figurine_id, attempt), figurine_id=figurine_id)
            for figurine_id, attempt in attempts
        ]
        return sum(swept)

    def show_queue(self) -> int:
        """Tell the operator how many wait for each engine, and for how long."""
        with self.unit.begin() as work:
            lengths, states = use_cases.measure_queue(work), work.jobs.states()
        for state in LIVE_STATES:
            JOBS.labels(state).set(states.get(state, 0))
        for engine in (*self.engines, BATCH):
            QUEUE_JOBS.labels(engine).set(0)
            QUEUE_AGE.labels(engine).set(0)
        for length in lengths:
            QUEUE_JOBS.labels(length.engine).set(length.jobs)
            QUEUE_AGE.labels(length.engine).set((self.unit.clock.now() - length.oldest).total_seconds())
        return 0

    def sweep_strays(self) -> int:
        """Promise K1 for photos nobody has a record of: an upload that broke off half-way."""
        before = self.unit.clock.now() - UPLOAD_LIFETIME + EXPIRY_MARGIN
        for upload_id in list(self.photos.strays(older_than=before)):
            if one_of_many(partial(self.photos.delete, upload_id), upload_id=upload_id):
                log.warning("stray upload deleted", upload_id=str(upload_id))
        return 0

    def in_transaction(self, use_case: Callable[[Work], int]) -> Callable[[], int]:
        """A use case that needs nothing but the rows, as a job."""

        def run() -> int:
            with self.unit.begin() as work:
                return use_case(work)

        return run

    def _destroy(self, figurine_id: UUID) -> None:
        # What a renderer that lost its claim stores after this, it sweeps itself, or the sweep of attempts does.
        self.pictures.sweep(f"{figurine_id}/")
        with self.unit.begin() as work:
            use_cases.record_gone(work, figurine_id)

    def _delete(self, upload: Upload) -> None:
        self.photos.delete(upload.id)
        with self.unit.begin() as work, continued(work.jobs.traceparent(upload.figurine_id), "photo deleted"):
            use_cases.record_deletion(work, upload)

    def _sweep(self, figurine_id: UUID, attempt: int) -> None:
        self.pictures.sweep(f"{figurine_id}/{attempt}/")
        with self.unit.begin() as work:
            work.attempts.mark_swept(figurine_id, attempt)

    def _paint(self, claim: Figurine) -> None:
        try:
            started = perf_counter()
            paintings = self._ask_engine(claim)
            elapsed = round((perf_counter() - started) * 1000)
            with step("finish and store"):
                stored = self.store(claim, paintings)
        except PaintingFailed as failure:
            self._engine_failed(claim, failure)
        except PhotoMissing:
            self._fail(claim, FailureCode.PHOTO_MISSING)
        except _NothingMayBeTold:
            log.info("nothing was told", figurine_id=str(claim.id), attempt=claim.attempt, engine=claim.engine)
        except Unavailable:
            self._postpone(claim)
        else:
            self._deliver(claim, stored, elapsed)

    def _ask_engine(self, claim: Figurine) -> Sequence[Painting]:
        order = self.order_for(claim)
        # The last moment to ask; on its own, for a call must not keep a transaction open.
        with self.unit.begin() as work:
            may_be_told = use_cases.disclose(work, claim, painters=self.painters)
        if not may_be_told:
            raise _NothingMayBeTold
        with engine_watched(claim.engine or STUDIO):
            paintings = self._engine_of(claim).paint(order)
            if not paintings:
                raise PaintingFailed(FailureCode.NO_PICTURE)
        return paintings[: claim.variants]

    def order_for(self, claim: Figurine) -> PaintOrder:
        """Everything an engine gets to know. Raises PhotoMissing, PaintingFailed, Unavailable."""
        return Gathering(
            unit=self.unit, photos=self.photos, pictures=self.pictures, catalogue=self.painters.styles
        ).order(claim)

    def _engine_of(self, claim: Figurine) -> ImageEngine:
        return self.engines[claim.engine or STUDIO]

    def store(self, claim: Figurine, paintings: Sequence[Painting]) -> Sequence[StoredPicture]:
        """Those that are sound; a broken one counts as not delivered, and so costs nothing."""
        stored: list[StoredPicture] = []
        for painting in paintings:
            origin = Origin(
                figurine_id=claim.id,
                engine=self._engine_of(claim).name,
                model=painting.model,
                painted_at=self.unit.clock.now(),
            )
            try:
                finished = self.finish(painting, origin)
            except PictureBroken as broken:
                log.warning("broken picture", figurine_id=str(claim.id), engine=origin.engine, reason=str(broken))
            else:
                stored.append(self._put(claim, len(stored) + 1, finished, origin, memo=painting.memo))
        if not stored:
            raise PaintingFailed(FailureCode.NO_PICTURE)
        return stored

    def _put(self, claim: Figurine, n: int, finished: Finished, origin: Origin, *, memo: bytes) -> StoredPicture:
        # Under the attempt's own prefix: a renderer that lost its claim overwrites nothing.
        prefix = f"{claim.id}/{claim.attempt}/{n}"
        for size, image in finished.files.items():
            self.pictures.put(prefix, size, image, owner=claim.user_id)
        if memo:
            self.pictures.keep_memo(prefix, memo, owner=claim.user_id)
        return StoredPicture(
            n=n,
            prefix=prefix,
            media_type=finished.media_type,
            width=finished.width,
            height=finished.height,
            engine=origin.engine,
            model=origin.model,
            source_type=origin.making.source_type,
            signed_at=origin.painted_at,
            original_type=finished.original_type,
            memo=bool(memo),
        )

    def _deliver(self, claim: Figurine, stored: Sequence[StoredPicture], rendering_ms: int) -> None:
        with self.unit.begin() as work:
            delivered = use_cases.deliver(
                work, claim, stored, engine=self._engine_of(claim).name, rendering_ms=rendering_ms
            )
        if delivered:
            waited = self.unit.clock.now() - claim.requested_at
            ORDER_SECONDS.labels(claim.engine or STUDIO).observe(waited.total_seconds())
        else:
            # Cancelled, or taken over: the sweep may have passed before we wrote.
            self._sweep(claim.id, claim.attempt)

    def _engine_failed(self, claim: Figurine, failure: PaintingFailed) -> None:
        if isinstance(failure, PaintingUnknown):
            self._fail_unknown(claim, failure.calls)
        else:
            self._fail(claim, FailureCode(failure.code), retry_after=failure.retry_after)

    def _fail(self, claim: Figurine, code: FailureCode, *, retry_after: float | None = None) -> None:
        log.warning("attempt failed", figurine_id=str(claim.id), attempt=claim.attempt, code=code)
        pause = None if retry_after is None else timedelta(seconds=retry_after)
        with self.unit.begin() as work:
            use_cases.fail_attempt(work, claim, code, retry_after=pause)

    def _fail_unknown(self, claim: Figurine, calls: int) -> None:
        log.error("no answer from the engine", figurine_id=str(claim.id), attempt=claim.attempt, calls=calls)
        UNKNOWN_CALLS.labels(claim.engine).inc(calls)
        with self.unit.begin() as work:
            use_cases.fail_unknown(work, claim, calls=calls)

    def _postpone(self, claim: Figurine) -> None:
        log.warning("object store away, job waits", figurine_id=str(claim.id), attempt=claim.attempt)
        with self.unit.begin() as work:
            use_cases.postpone_attempt(work, claim)

    @contextmanager
    def _lease_kept(self, claim: Figurine) -> Generator[None]:
        """Show signs of life while the engine works."""
        done = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(claim, done), name=f"lease {claim.id}", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _keep(self, claim: Figurine, done: threading.Event) -> None:
        while not done.wait(self.lease.total_seconds() / 3):
            try:
                with self.unit.begin() as work:
                    if not use_cases.keep_claim(work, claim, lease=self.lease):
                        return
            except (Unavailable, psycopg.OperationalError):
                log.warning("lease not extended: database away", figurine_id=str(claim.id))


def note_unknown_calls(unit: UnitOfWork[Work], figurine_id: UUID, calls: int) -> None:
    """Calls that were not answered beside others that gave pictures: counted, and nothing else."""
    UNKNOWN_CALLS.labels(GEMINI).inc(calls)
    with unit.begin() as work:
        use_cases.note_unknown_calls(work, figurine_id, calls)
