"""A worker is whole or gone: no door is left open beside a dead one."""

from collections.abc import Callable
from threading import Event, Thread

from common.worker import Stop, attend


class Hinge:
    """A door of the worker, opened and broken by the test."""

    def __init__(self, *, closes: bool = True) -> None:
        self.opened = Event()
        self.broken = Event()
        self.closes = closes

    def run(self) -> None:
        self.opened.set()
        self.broken.wait(30)

    def stop(self) -> None:
        if self.closes:
            self.broken.set()

    def healthy(self) -> bool:
        return not self.broken.is_set()


def attended(doors: dict[str, Hinge], until: Callable[[Stop], None]) -> int:
    stop = Stop()
    codes: list[int] = []
    worker = Thread(target=lambda: codes.append(attend(doors, stop, drain_seconds=0.2)))
    worker.start()
    for door in doors.values():
        assert door.opened.wait(5)
    until(stop)
    worker.join(10)
    assert not worker.is_alive()
    return codes[0]


def test_a_worker_that_is_told_to_stop_ends_orderly() -> None:
    assert attended({"events": Hinge(), "clock": Hinge()}, Stop.set) == 0


def test_a_door_that_dies_takes_the_worker_with_it() -> None:
    doors = {"events": Hinge(), "clock": Hinge()}
    assert attended(doors, lambda _: doors["events"].broken.set()) == 1
    assert doors["clock"].broken.is_set()


def test_a_door_that_does_not_drain_in_time_is_told_by_the_exit_code() -> None:
    doors = {"events": Hinge(), "clock": Hinge(closes=False)}
    assert attended(doors, Stop.set) == 1
    doors["clock"].broken.set()
