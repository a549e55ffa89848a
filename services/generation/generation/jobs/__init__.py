"""Generation's clock door: paint, delete what is no longer needed, notice what went silent."""

from datetime import timedelta
from functools import partial

from common.service import Job
from generation import use_cases
from generation.domain import STUDIO
from generation.jobs.album import Album, album_jobs
from generation.jobs.batches import PostDesk, post_jobs
from generation.jobs.breakers import BreakerWatch
from generation.jobs.gathering import keys_of
from generation.jobs.models import ModelBench, model_jobs
from generation.jobs.quality import QualityWatch, quality_jobs
from generation.jobs.resealing import Resealer, resealing_jobs
from generation.jobs.workshop import Workshop, note_unknown_calls
from generation.repository import BREAKER_CHANNEL, DELETE_CHANNEL, RENDER_CHANNEL
from generation.use_cases import batch_orders

__all__ = [
    "Album",
    "ModelBench",
    "PostDesk",
    "QualityWatch",
    "Resealer",
    "Workshop",
    "album_jobs",
    "jobs",
    "keys_of",
    "model_jobs",
    "note_unknown_calls",
    "post_jobs",
    "quality_jobs",
    "resealing_jobs",
]


def jobs(workshop: Workshop) -> list[Job]:
    """What the clock asks of generation."""
    limits = workshop.painters.limits
    return [
        # Each engine has renderers of its own: who waits for a partner's answer keeps no core from painting.
        *(
            Job(
                name="render" if engine == STUDIO else f"render with {engine}",
                every=timedelta(seconds=2),
                run=partial(workshop.render_next, engine),
                channel=RENDER_CHANNEL,
                parallel=limits.of(engine),
            )
            for engine in workshop.engines
        ),
        Job(name="delete uploads", every=timedelta(seconds=5), run=workshop.delete_uploads, channel=DELETE_CHANNEL),
        Job(name="delete figurines", every=timedelta(seconds=5), run=workshop.delete_figurines, channel=DELETE_CHANNEL),
        Job(
            name="expire uploads",
            every=timedelta(minutes=1),
            run=workshop.in_transaction(use_cases.expire_uploads),
            sweep=True,
        ),
        Job(
            name="release expired leases",
            every=timedelta(seconds=5),
            run=workshop.in_transaction(use_cases.release_expired_leases),
        ),
        Job(
            name="reconsider stranded",
            every=timedelta(minutes=1),
            run=workshop.in_transaction(partial(use_cases.reconsider_stranded, painters=workshop.painters)),
        ),
        Job(
            name="end overdue batches",
            every=timedelta(minutes=1),
            run=workshop.in_transaction(partial(batch_orders.end_overdue, painters=workshop.painters)),
        ),
        Job(name="show queue", every=timedelta(seconds=10), run=workshop.show_queue),
        Job(
            name="tell breakers",
            every=timedelta(seconds=10),
            run=BreakerWatch(unit=workshop.unit, engines=workshop.engines).look,
            channel=BREAKER_CHANNEL,
        ),
        Job(name="sweep attempts", every=timedelta(minutes=1), run=workshop.sweep_attempts, sweep=True),
        Job(name="sweep strays", every=timedelta(minutes=10), run=workshop.sweep_strays, sweep=True),
    ]
