"""The intake among real processes: whatever an upload does to its worker, the next one is served."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import pytest
from pebble import ProcessPool

from common.errors import Unavailable
from gateway.adapters.intake import Intake, sanitise
from gateway.adapters.intake.sandbox import confine
from gateway.domain.photo import PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported
from tests.fixtures.photo_files import cornered, encoded, endless_scans, plain, turned

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    intake = Intake()
    yield intake
    intake.close()


@pytest.fixture
def lone() -> Iterator[Intake]:
    """An intake with one worker, so that a test can name it."""
    intake = Intake(workers=1)
    yield intake
    intake.close()


@pytest.fixture(scope="module")
def hostile() -> bytes:
    return endless_scans()


@dataclass(frozen=True)
class Process:
    """What /proc says of a process: the time it has used is in clock ticks."""

    pid: int
    parent: int
    ticks: int


def process(pid: int) -> Process | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
        return None
    return Process(pid=pid, parent=int(fields[1]), ticks=int(fields[11]) + int(fields[12]))


def grandchildren(parent: int) -> set[int]:
    """The decoders: processes whose parent is a child of `parent`, the fork server."""
    every = [p for path in Path("/proc").glob("[0-9]*") if (p := process(int(path.name)))]
    servers = {p.pid for p in every if p.parent == parent}
    return {p.pid for p in every if p.parent in servers}


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    ticker, deadline = Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        ticker.wait(0.02)


def wait_until_busy(pid: int, ticks: int = 30) -> None:
    """Wait until a worker has spent `ticks` more on the photo it has just been given."""
    before = process(pid)
    assert before is not None
    wait_for(lambda: (now := process(pid)) is not None and now.ticks > before.ticks + ticks)


def test_the_sandbox_makes_the_same_picture_as_the_plain_function(intake: Intake) -> None:
    file = turned(6)
    assert intake.sanitise(BytesIO(file)) == sanitise(BytesIO(file))


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (encoded(cornered(), "JPEG")[:900], PhotoUnreadable),
        (b"<svg/>", PhotoUnsupported),
        (encoded(cornered(64, 64), "PNG"), PhotoTooSmall),
        (bytes(20 * MIB + 1), PhotoTooLarge),
    ],
    ids=["truncated", "svg", "small", "large"],
)
def test_a_refusal_crosses_from_the_worker_unchanged(intake: Intake, file: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal) as caught:
        intake.sanitise(BytesIO(file))
    assert str(caught.value) == str(refusal()), "the sentence was lost on the way"


def test_a_photo_that_decodes_for_ever_is_killed_and_the_next_is_served(hostile: bytes) -> None:
    intake = Intake(workers=1, timeout_seconds=1.0)
    try:
        began = time.monotonic()
        with pytest.raises(PhotoUnreadable):
            intake.sanitise(BytesIO(hostile))
        assert time.monotonic() - began < 8
        assert intake.sanitise(BytesIO(turned(1))).width == 400
    finally:
        intake.close()


def test_a_photo_that_needs_more_memory_than_allowed_is_unreadable_and_the_next_is_served() -> None:
    swelling = encoded(plain((1, 2, 3, 4), mode="RGBA", size=(7000, 7000)), "PNG")
    assert len(swelling) < MIB
    lone = Intake(workers=1, memory_bytes=512 * MIB)
    try:
        with pytest.raises(PhotoUnreadable):
            lone.sanitise(BytesIO(swelling))
        assert lone.sanitise(BytesIO(turned(1))).width == 400
    finally:
        lone.close()


def test_the_largest_photo_that_is_allowed_fits_under_the_memory_ceiling(intake: Intake) -> None:
    largest = encoded(plain((90, 120, 200, 128), mode="RGBA", size=(10_000, 5_000)), "PNG", compress_level=1)
    assert intake.sanitise(BytesIO(largest)).width == 2048


def test_a_worker_that_dies_over_a_photo_makes_it_unreadable_and_the_next_is_served(
    lone: Intake, hostile: bytes
) -> None:
    others = grandchildren(os.getpid())
    lone.sanitise(BytesIO(turned(1)))
    (worker,) = grandchildren(os.getpid()) - others
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(lone.sanitise, BytesIO(hostile))
        wait_until_busy(worker)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(PhotoUnreadable):
            answer.result(timeout=20)
    assert lone.sanitise(BytesIO(turned(1))).width == 400


def test_workers_that_die_between_photos_are_replaced_before_the_next(lone: Intake) -> None:
    others = grandchildren(os.getpid())
    lone.sanitise(BytesIO(turned(1)))
    (worker,) = grandchildren(os.getpid()) - others
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: process(worker) is None)
    assert lone.sanitise(BytesIO(turned(1))).width == 400


def test_more_photos_than_workers_take_turns(intake: Intake) -> None:
    file = turned(8)
    with ThreadPoolExecutor(8) as threads:
        photos = list(threads.map(lambda _: intake.sanitise(BytesIO(file)), range(16)))
    assert len(set(photos)) == 1


def test_a_photo_that_finds_every_worker_busy_is_put_off_and_not_lost(hostile: bytes) -> None:
    intake = Intake(workers=1, timeout_seconds=3.0, patience_seconds=0.2)
    others = grandchildren(os.getpid())
    try:
        intake.sanitise(BytesIO(turned(1)))
        (worker,) = grandchildren(os.getpid()) - others
        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(intake.sanitise, BytesIO(hostile))
            wait_until_busy(worker)
            with pytest.raises(Unavailable, match="Try again"):
                intake.sanitise(BytesIO(turned(1)))
            with pytest.raises(PhotoUnreadable):
                answer.result(timeout=20)
        assert intake.sanitise(BytesIO(turned(1))).width == 400
    finally:
        intake.close()


def test_closing_waits_for_the_photo_in_hand_and_leaves_no_worker(hostile: bytes) -> None:
    intake = Intake(workers=1, timeout_seconds=2.0)
    others = grandchildren(os.getpid())
    intake.sanitise(BytesIO(turned(1)))
    (worker,) = grandchildren(os.getpid()) - others
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(intake.sanitise, BytesIO(hostile))
        wait_until_busy(worker)
        intake.close()
        assert isinstance(answer.exception(timeout=5), PhotoUnreadable)
    # Of the others, which belong to whoever ran before, one may end meanwhile.
    wait_for(lambda: grandchildren(os.getpid()) <= others)
    intake.close()


def test_a_worker_can_write_no_copy_of_a_photo(tmp_path: Path) -> None:
    probe = ProcessPool(max_workers=1, initializer=confine, initargs=(512 * MIB,), context=get_context("forkserver"))
    with probe:
        written = probe.schedule(Path.write_bytes, args=(tmp_path / "copy.jpg", turned(1)))
        with pytest.raises(OSError, match="File too large"):
            written.result(timeout=20)
    assert (tmp_path / "copy.jpg").read_bytes() == b""
