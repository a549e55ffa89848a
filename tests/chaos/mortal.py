"""A service's worker that kills itself at the worst moment: python -m tests.chaos.mortal worker

CHAOS_SERVICE names the service, CHAOS_MOMENT the moment. No process hears SIGKILL: nothing is finished or given back.
"""

import importlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from common import event_door
from common.consumer import Arrival, Consumer
from common.intake import Taken
from common.outbox import OutboxRow
from common.process import run
from common.relay import Relay
from common.service import Service
from tests.chaos import engine

SERVICE = "CHAOS_SERVICE"
MOMENT = "CHAOS_MOMENT"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class RelayMortalBeforePublishing(Relay):
    """The rows are committed, and no message has been sent."""

    def _publish(self, rows: Sequence[OutboxRow]) -> None:
        if rows:
            _die()


class RelayMortalAfterPublishing(Relay):
    """The broker has confirmed the messages, and their rows are still there."""

    def _forget(self) -> None:
        if self._confirmed:
            _die()


class ConsumerMortalBeforeAcknowledging(Consumer[Any]):
    """What the events bring about is committed, and the broker has not heard that they were taken."""

    def _done(self, arrivals: Sequence[Arrival], taken: Taken) -> None:  # noqa: ARG002 - nothing of it is done
        _die()


def _relay_dies_before_publishing() -> None:
    event_door.Relay = RelayMortalBeforePublishing


def _relay_dies_after_publishing() -> None:
    event_door.Relay = RelayMortalAfterPublishing


def _consumer_dies_before_acknowledging() -> None:
    event_door.Consumer = ConsumerMortalBeforeAcknowledging


# Each moment, and how the worker is given it.
MOMENTS: Mapping[str, Callable[[], None]] = {
    "between commit and publish": _relay_dies_before_publishing,
    "between publish and delete": _relay_dies_after_publishing,
    "between commit and acknowledgement": _consumer_dies_before_acknowledging,
}


def _service(name: str) -> Service[Any]:
    if name == "generation":
        return engine.service()
    return importlib.import_module(f"{name}.wiring").build()


if __name__ == "__main__":
    MOMENTS[os.environ[MOMENT]]()
    run(os.environ[SERVICE], lambda: _service(os.environ[SERVICE]))
