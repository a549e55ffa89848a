"""Runs the intake in worker processes that may crash, hang or swell without harm."""

import multiprocessing
import resource
import signal
import warnings
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from threading import BoundedSemaphore, Lock
from typing import BinaryIO

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from common.errors import Unavailable
from gateway.adapters.intake.picture import read, sanitise_bytes
from gateway.domain.photo import MAX_BYTES, PhotoUnreadable, SanePhoto

PHOTOS_PER_WORKER = 200
GRACE_SECONDS = 10.0


def confine(memory_bytes: int) -> None:
    """Take from this process what decoding a photo never needs.

    The memory ceiling turns a decompression bomb into a MemoryError. Nothing can be written to a file, a core
    dump with somebody's photo in it least of all.
    """
    # Pillow's warnings quote the file, which is somebody's photo and none of the log's business.
    warnings.simplefilter("ignore")
    # A handler in Python would wait for the decoder to return; the default ends the process inside it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
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
        except BrokenProcessPool as error:
            raise Unavailable from error
        finally:
            self._places.release()

    def close(self) -> None:
        """Finish the photos in hand, which takes `timeout_seconds` at most, and stop the workers."""
        with ExitStack() as places:
            for _ in range(self._workers):
                places.enter_context(self._places)
            self._stop_pool()

    def _in_worker(self, data: bytes) -> SanePhoto:
        try:
            return self._result(self._schedule(data))
        except BrokenProcessPool:
            # The workers died between photos: this one is not to blame and gets new ones.
            return self._result(self._schedule(data))

    def _result(self, future: ProcessFuture[SanePhoto]) -> SanePhoto:
        try:
            # The pool ends a photo that takes too long. The grace is for one that killed its worker on the way in,
            # of which the pool never hears.
            return future.result(timeout=self._timeout_seconds + GRACE_SECONDS)
        except (ProcessExpired, TimeoutError, MemoryError) as error:
            raise PhotoUnreadable from error

    def _schedule(self, data: bytes) -> ProcessFuture[SanePhoto]:
        with self._starting:
            if self._pool is not None and not self._pool.active:
                self._stop_pool()
            if self._pool is None:
                self._pool = self._new_pool()
            return self._pool.schedule(sanitise_bytes, args=(data,), timeout=self._timeout_seconds)

    def _stop_pool(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _new_pool(self) -> ProcessPool:
        # Forked from a clean server: no thread, socket or key of the web process reaches the decoders.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=PHOTOS_PER_WORKER,
            initializer=confine,
            initargs=(self._memory_bytes,),
            context=context,  # pyright: ignore[reportArgumentType]: the types of Pipe differ in name only
        )
