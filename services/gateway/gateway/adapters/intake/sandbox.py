"""Runs the intake in worker processes that may crash, hang or swell without harm."""

import multiprocessing
import resource
from concurrent.futures.process import BrokenProcessPool
from threading import BoundedSemaphore, Lock
from typing import BinaryIO

from pebble import ProcessExpired, ProcessPool

from common.errors import Unavailable
from gateway.adapters.intake.picture import read, sanitise_bytes
from gateway.domain.photo import MAX_BYTES, PhotoUnreadable, SanePhoto

PHOTOS_PER_WORKER = 200


def confine(memory_bytes: int) -> None:
    """Take from this process what decoding a photo never needs.

    The memory ceiling turns a decompression bomb into a MemoryError. Nothing can be written to a file, a core
    dump with somebody's photo in it least of all.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Intake:
    """Sanitises uploads, at most `workers` at a time, each in a confined process.

    Processes start with the first photo, so one intake may be built before a web server forks.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        size_limit: int = MAX_BYTES,
        memory_bytes: int = 1536 * 1024 * 1024,
        timeout_seconds: float = 20.0,
        patience_seconds: float = 10.0,
    ) -> None:
        self._workers = workers
        self._size_limit = size_limit
        self._memory_bytes = memory_bytes
        self._timeout_seconds = timeout_seconds
        self._patience_seconds = patience_seconds
        self._places = BoundedSemaphore(workers)
        self._starting = Lock()
        self._pool: ProcessPool | None = None

    def sanitise(self, source: BinaryIO) -> SanePhoto:
        """Make a clean picture of an upload; the bytes reach the worker through a pipe.

        Raises PhotoUnreadable, PhotoUnsupported, PhotoTooLarge or PhotoTooSmall, and Unavailable when all
        workers stay busy.
        """
        if not self._places.acquire(timeout=self._patience_seconds):
            raise Unavailable("Many photos are arriving at once. Try again in a few seconds.")
        try:
            return self._in_worker(read(source, self._size_limit))
        finally:
            self._places.release()

    def close(self) -> None:
        """Stop the workers; photos still with them are given up."""
        with self._starting:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    def _in_worker(self, data: bytes) -> SanePhoto:
        try:
            future = self._running_pool().schedule(sanitise_bytes, args=(data,), timeout=self._timeout_seconds)
            return future.result()
        except (ProcessExpired, TimeoutError, MemoryError) as error:
            raise PhotoUnreadable from error
        except BrokenProcessPool as error:
            # The workers died between photos: this one is not to blame, and the next finds new workers.
            raise Unavailable from error

    def _running_pool(self) -> ProcessPool:
        with self._starting:
            if self._pool is None or not self._pool.active:
                self._pool = self._new_pool()
            return self._pool

    def _new_pool(self) -> ProcessPool:
        # Forked from a clean server: no thread, socket or key of the web process reaches the decoders.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["gateway.adapters.intake.picture"])
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=PHOTOS_PER_WORKER,
            initializer=confine,
            initargs=(self._memory_bytes,),
            context=context,  # pyright: ignore[reportArgumentType]: the types of Pipe differ in name only
        )
