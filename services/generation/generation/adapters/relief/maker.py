"""The relief maker: models made in processes of their own, with a ceiling on memory and time."""

import multiprocessing
import resource
import signal
from threading import Lock
from typing import TYPE_CHECKING, cast

import cv2
import structlog
from pebble import ProcessFuture, ProcessPool

from common.errors import Unavailable
from generation.adapters.studio.segmentation import network
from generation.adapters.studio.worker import carry_out
from generation.domain import ModelFailure
from generation.ports import MadeModel, ModelNotMade

from .model import make_model

if TYPE_CHECKING:
    from pebble.common.types import MultiprocessingContext

_STUCK_AFTER = 300.0
"""Seconds without an answer, queueing included, after which a pool counts as stuck."""
_log = structlog.stdlib.get_logger("generation.relief")


def prepare(memory_bytes: int) -> None:
    """What a worker does first: set its ceiling, keep to one core, load the network.

    RLIMIT_DATA counts what is written to, anonymous mappings included (Linux 4.7).
    """
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; stopping is the parent's choice
    cv2.setNumThreads(1)
    network()


class ReliefMaker:
    """Makes reliefs on this machine; what goes wrong in a worker ends with that worker."""

    def __init__(
        self,
        *,
        workers: int = 1,
        memory_bytes: int = 1_200_000_000,
        seconds_per_model: float = 60.0,
        models_per_worker: int = 30,
    ) -> None:
        self._workers = workers
        self._memory_bytes = memory_bytes
        self._seconds = seconds_per_model
        self._models_per_worker = models_per_worker
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._closed = False

    def make(self, picture: bytes, *, scene: str, height_mm: int) -> MadeModel:
        """The model. Raises ModelNotMade, and Unavailable when the workers are being replaced or were stopped."""
        task = self._start(picture, scene, height_mm)
        try:
            return task.result(timeout=_STUCK_AFTER)
        except TimeoutError as error:
            if not task.done():
                self._give_up_pool()
            raise ModelNotMade(ModelFailure.TOOK_TOO_LONG) from error
        except (ModelNotMade, Unavailable):
            raise
        except Exception as error:
            _log.warning("worker failed", exc_info=error)
            raise ModelNotMade(ModelFailure.BROKE_OFF, type(error).__name__) from error

    def close(self) -> None:
        """Take no more pictures, let the running ones finish, then stop the workers."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
            pool.join()

    def _start(self, picture: bytes, scene: str, height_mm: int) -> ProcessFuture[MadeModel]:
        with self._lock:
            if self._closed:
                raise Unavailable
            if self._pool is not None and not self._pool.active:
                self._stop(self._pool)
                self._pool = None
            self._pool = self._pool or self._new_pool()
            try:
                return self._pool.schedule(
                    carry_out, args=(make_model, picture, scene, height_mm), timeout=self._seconds
                )
            except RuntimeError as error:  # the pool broke between the two lines above
                raise Unavailable from error

    def _give_up_pool(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            self._stop(pool)

    @staticmethod
    def _stop(pool: ProcessPool) -> None:
        pool.stop()
        pool.join()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=self._models_per_worker,
            initializer=prepare,
            initargs=(self._memory_bytes,),
            context=cast("MultiprocessingContext", multiprocessing.get_context("spawn")),
        )
