"""The bench: printable models are made of delivered pictures."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from common.errors import NotFound, Unavailable
from common.service import Job
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import (
    Model,
    ModelFailure,
    ModelReport,
)
from generation.ports import (
    ModelMaker,
    ModelNotMade,
    ModelStore,
    PictureStore,
    Size,
)
from generation.repository import MODEL_CHANNEL, Work

log = structlog.get_logger(__name__)


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
