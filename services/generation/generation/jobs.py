"""Generation's clock door: paint, delete what is no longer needed, notice what went silent."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from uuid import UUID

import psycopg
import structlog

from common.errors import NotFound, Unavailable
from common.service import Job
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import (
    EXPIRY_MARGIN,
    LONGEST_PAINTING,
    UPLOAD_LIFETIME,
    FailureCode,
    Figurine,
    Model,
    ModelFailure,
    ModelReport,
    StoredPicture,
    Upload,
)
from generation.ports import (
    ImageEngine,
    ModelMaker,
    ModelNotMade,
    ModelStore,
    Painting,
    PaintingFailed,
    PaintOrder,
    PhotoMissing,
    PhotoStore,
    PictureStore,
    Resize,
    Size,
)
from generation.repository import DELETE_CHANNEL, MODEL_CHANNEL, RENDER_CHANNEL, Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where figurines are made, and where their photos end."""

    unit: UnitOfWork[Work]
    engine: ImageEngine
    photos: PhotoStore
    pictures: PictureStore
    resize: Resize
    lease: timedelta

    def render_next(self) -> int:
        """Claim the next job, paint it, settle it; 0 when nobody waits."""
        with self.unit.begin() as work:
            claim = use_cases.claim_job(work, lease=self.lease)
        if claim is None:
            return 0
        with self._lease_kept(claim):
            self._paint(claim)
        return 1

    def delete_uploads(self) -> int:
        """Destroy photos that are no longer needed, and say so."""
        with self.unit.begin() as work:
            uploads = work.uploads.claim_deletions(limit=20)
        for upload in uploads:
            self._one_of_many(partial(self._delete, upload), upload_id=upload.id)
        return len(uploads)

    def sweep_attempts(self) -> int:
        """Destroy pictures of attempts that did not win, once nobody can be storing them any more."""
        with self.unit.begin() as work:
            attempts = work.attempts.unswept(ended_before=work.clock.now() - LONGEST_PAINTING, limit=50)
        swept = [
            self._one_of_many(partial(self._sweep, figurine_id, attempt), figurine_id=figurine_id)
            for figurine_id, attempt in attempts
        ]
        return sum(swept)

    def sweep_strays(self) -> int:
        """Promise K1 for photos nobody has a record of: an upload that broke off half-way."""
        before = self.unit.clock.now() - UPLOAD_LIFETIME + EXPIRY_MARGIN
        for upload_id in list(self.photos.strays(older_than=before)):
            if self._one_of_many(partial(self.photos.delete, upload_id), upload_id=upload_id):
                log.warning("stray upload deleted", upload_id=str(upload_id))
        return 0

    def in_transaction(self, use_case: Callable[[Work], int]) -> Callable[[], int]:
        """A use case that needs nothing but the rows, as a job."""

        def run() -> int:
            with self.unit.begin() as work:
                return use_case(work)

        return run

    @staticmethod
    def _one_of_many(do: Callable[[], None], **ids: UUID) -> bool:
        """One thing that cannot be done must not keep the others waiting; it comes up again."""
        try:
            do()
        except Exception:
            log.exception("left for the next round", **{name: str(value) for name, value in ids.items()})
            return False
        return True

    def _delete(self, upload: Upload) -> None:
        self.photos.delete(upload.id)
        with self.unit.begin() as work:
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
            stored = [self._store(claim, n, painting) for n, painting in enumerate(paintings, start=1)]
        except PaintingFailed as failure:
            self._fail(claim, FailureCode(failure.code))
        except PhotoMissing:
            self._fail(claim, FailureCode.PHOTO_MISSING)
        except Unavailable:
            self._postpone(claim)
        else:
            self._deliver(claim, stored, elapsed)

    def _ask_engine(self, claim: Figurine) -> Sequence[Painting]:
        if claim.upload_id is None:
            raise PhotoMissing
        photo = self.photos.read(claim.upload_id, owner=claim.user_id)
        paintings = self.engine.paint(
            PaintOrder(
                figurine_id=claim.id,
                style=claim.style,
                photo=photo.jpeg,
                title=photo.title,
                note=photo.note,
                variants=claim.variants,
                aspect_ratio=claim.aspect_ratio,
                seed=claim.seed,
            )
        )
        if not paintings:
            raise PaintingFailed(FailureCode.NO_PICTURE)
        return paintings[: claim.variants]

    def _store(self, claim: Figurine, n: int, painting: Painting) -> StoredPicture:
        # Under the attempt's own prefix: a renderer that lost its claim overwrites nothing.
        prefix = f"{claim.id}/{claim.attempt}/{n}"
        for size, image in {Size.FULL: painting.image, **self.resize(painting.image)}.items():
            self.pictures.put(prefix, size, image, owner=claim.user_id)
        return StoredPicture(
            n=n, prefix=prefix, media_type=painting.media_type, width=painting.width, height=painting.height
        )

    def _deliver(self, claim: Figurine, stored: Sequence[StoredPicture], rendering_ms: int) -> None:
        with self.unit.begin() as work:
            delivered = use_cases.deliver(work, claim, stored, engine=self.engine.name, rendering_ms=rendering_ms)
        if not delivered:
            # Cancelled, or taken over: the sweep may have passed before we wrote.
            self.pictures.sweep(f"{claim.id}/{claim.attempt}/")

    def _fail(self, claim: Figurine, code: FailureCode) -> None:
        log.warning("attempt failed", figurine_id=str(claim.id), attempt=claim.attempt, code=code)
        with self.unit.begin() as work:
            use_cases.fail_attempt(work, claim, code)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBench:
    """Where printable models are made of delivered pictures."""

    unit: UnitOfWork[Work]
    maker: ModelMaker
    models: ModelStore
    pictures: PictureStore
    makers: int = 1

    def make_next(self) -> int:
        """Claim the next model, make it, settle it; 0 when nobody waits."""
        with self.unit.begin() as work:
            claim = use_cases.claim_model(work)
        if claim is None:
            return 0
        try:
            made = self.maker.make(self._picture(claim), scene=claim.scene, height_mm=claim.height_mm)
            for part, data in made.files.items():
                self.models.put_part(claim.place, part, data, owner=claim.owner)
        except ModelNotMade as failed:
            self._fail(claim, failed)
        except Unavailable:
            log.warning("away, model waits", figurine_id=str(claim.figurine_id), attempt=claim.attempt)
            with self.unit.begin() as work:
                use_cases.postpone_model(work, claim)
        else:
            self._deliver(claim, made.report)
        return 1

    def _picture(self, claim: Model) -> bytes:
        try:
            opened = self.pictures.open(claim.prefix, Size.FULL, owner=claim.owner)
        except NotFound as missing:
            raise ModelNotMade(ModelFailure.UNREADABLE) from missing
        try:
            return b"".join(opened)
        finally:
            opened.close()

    def _deliver(self, claim: Model, report: ModelReport) -> None:
        with self.unit.begin() as work:
            delivered = use_cases.deliver_model(work, claim, report)
        # Taken over meanwhile: ours goes. Delivered: what earlier attempts left goes.
        self.models.sweep_parts(claim.stem if delivered else f"{claim.place}/", keep=claim.place if delivered else "")

    def _fail(self, claim: Model, failed: ModelNotMade) -> None:
        log.warning("no model", figurine_id=str(claim.figurine_id), attempt=claim.attempt, why=str(failed))
        with self.unit.begin() as work:
            use_cases.fail_model(work, claim, failed.failure)


def model_jobs(bench: ModelBench) -> list[Job]:
    """What the clock asks of the bench."""
    every = timedelta(seconds=5)
    return [Job(name="make models", every=every, run=bench.make_next, channel=MODEL_CHANNEL, parallel=bench.makers)]


def jobs(workshop: Workshop, *, renderers: int) -> list[Job]:
    """What the clock asks of generation."""
    return [
        Job(
            name="render",
            every=timedelta(seconds=2),
            run=workshop.render_next,
            channel=RENDER_CHANNEL,
            parallel=renderers,
        ),
        Job(name="delete uploads", every=timedelta(seconds=5), run=workshop.delete_uploads, channel=DELETE_CHANNEL),
        Job(name="expire uploads", every=timedelta(minutes=1), run=workshop.in_transaction(use_cases.expire_uploads)),
        Job(
            name="release expired leases",
            every=timedelta(seconds=5),
            run=workshop.in_transaction(use_cases.release_expired_leases),
        ),
        Job(name="sweep attempts", every=timedelta(minutes=1), run=workshop.sweep_attempts),
        Job(name="sweep strays", every=timedelta(minutes=10), run=workshop.sweep_strays),
    ]
