"""The studio engine: pictures rendered in processes of their own."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog
from pebble import ProcessPool

from common.contracts.allowances import MOST_VARIANTS
from generation.domain.hints import Seen
from generation.ports import Painting, PaintingFailed, PaintOrder

from .brief import Brief
from .cutout import PhotoUnreadable
from .frames import SIZES
from .looking import look_at
from .render import STYLES, cut_out, render
from .worker import carry_out, prepare, ready

if TYPE_CHECKING:
    from pebble.common.types import MultiprocessingContext

_T = TypeVar("_T")
_START_SECONDS = 30.0
"""What a busy machine may need to start a worker."""
_log = structlog.stdlib.get_logger("generation.studio")


class StudioEngine:
    """Paints on this machine, offline; what goes wrong in a worker ends with that worker.

    It sets names but cannot read wishes: an order's `note` changes nothing.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        memory_bytes: int = 2_000_000_000,
        seconds_per_picture: float = 60.0,
        tasks_per_worker: int = 50,
    ) -> None:
        self._workers = workers
        self._memory_bytes = memory_bytes
        self._seconds = seconds_per_picture
        self._tasks_per_worker = tasks_per_worker
        self._unanswered: list[Future[Any]] = []
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """What the public contract calls this engine."""
        return "studio"

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        """One picture per variant; those that fail are left out.

        Raises PaintingFailed: `no_picture` (unknown style or ratio, unreadable photo), `engine_timeout`,
        `engine_unavailable` (a worker crashed or ran out of memory, or the engine was closed).
        """
        briefs = _briefs(order)
        subject = self._wait(self._start(cut_out, order.photo, briefs[0].scale))
        pictures = [self._start(render, subject, brief) for brief in briefs]
        paintings: list[Painting] = []
        failure: PaintingFailed | None = None
        for picture in pictures:
            try:
                paintings.append(self._wait(picture))
            except PaintingFailed as failed:
                failure = failed
                _log.warning("picture failed", figurine_id=str(order.figurine_id), code=failed.code)
        if failure is not None and not paintings:
            raise failure
        return paintings

    def look(self, photo: bytes) -> Seen:
        """What is in a photo, to warn of before anything is painted. Raises PaintingFailed as `paint` does."""
        return self._wait(self._start(look_at, photo))

    def warm_up(self) -> None:
        """Start the workers now rather than with the first order."""
        answers = [self._start(ready) for _ in range(self._workers)]
        for answer in answers:
            self._wait(answer)

    def close(self) -> None:
        """Take no more orders, let the running ones finish, then stop the workers."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
            pool.join()

    def _start(self, task: Callable[..., _T], *arguments: Any) -> "Future[_T]":
        with self._lock:
            if self._closed:
                raise PaintingFailed("engine_unavailable", "the studio engine was closed")
            pool = self._running_pool()
            try:
                answer: Future[_T] = pool.schedule(carry_out, args=(task, *arguments), timeout=self._seconds)
            except RuntimeError as error:  # the pool broke between the two lines above
                raise PaintingFailed("engine_unavailable", "the workers are being replaced") from error
            self._unanswered = [*(each for each in self._unanswered if not each.done()), answer]
            return answer

    def _running_pool(self) -> ProcessPool:
        """The pool, made anew when it never was or when it broke; the lock is held."""
        if self._pool is not None and not self._pool.active:
            self._pool.stop()
            self._pool.join()
            self._pool = None
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=self._tasks_per_worker,
                initializer=prepare,
                initargs=(self._memory_bytes,),
                context=cast("MultiprocessingContext", multiprocessing.get_context("spawn")),
            )
        return self._pool

    def _replace_pool(self) -> None:
        """Give up a pool that no longer takes tasks: a worker killed while it held the pool's lock does that."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._unanswered = []
        if pool is not None:
            pool.stop()
            pool.join()

    def _patience(self) -> float:
        """Seconds after which a pool counts as stuck: all that is unanswered had its time, and a worker its start."""
        with self._lock:
            unanswered = sum(1 for each in self._unanswered if not each.done())
        return self._seconds * max(1, -(-unanswered // self._workers)) + _START_SECONDS

    def _wait(self, task: "Future[_T]") -> _T:
        """The task's result, or PaintingFailed whatever happened to its worker."""
        try:
            return task.result(timeout=self._patience())
        except TimeoutError as error:
            if not task.done():
                self._replace_pool()
            raise PaintingFailed("engine_timeout", f"no picture within {self._seconds:g} s") from error
        except PhotoUnreadable as error:
            raise PaintingFailed("no_picture", "the photo cannot be opened") from error
        except Exception as error:
            _log.warning("worker failed", exc_info=error)
            raise PaintingFailed("engine_unavailable", f"a worker failed: {type(error).__name__}") from error


def _briefs(order: PaintOrder) -> list[Brief]:
    if order.style not in STYLES or order.aspect_ratio not in SIZES:
        raise PaintingFailed("no_picture", f"no style {order.style!r} in {order.aspect_ratio!r} here")
    variants = range(1, max(1, min(order.variants, MOST_VARIANTS)) + 1)
    return [
        Brief(
            style=order.style,
            title=order.title,
            variant=v,
            aspect_ratio=order.aspect_ratio,
            seed=order.seed,
            options=dict(order.options),
        )
        for v in variants
    ]
