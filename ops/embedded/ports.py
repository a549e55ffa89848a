"""Free, uncommon ports: chosen once, remembered, chosen again only when somebody took one."""

import json
import random
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from ops.embedded import files
from ops.embedded.failures import StackFailed
from ops.services import SERVICES

# Above the well-known servers, below the ports the kernel hands out (32768 and up).
_RANGE = range(20_000, 32_000)
_HOST = "127.0.0.1"


def names() -> Iterator[str]:
    """Every port of a stack."""
    yield from ("postgres", "amqps", "rabbitmq-management", "rabbitmq-distribution", "epmd", "smtps", "s3")
    yield from (f"seaweedfs-{part}" for part in ("s3-grpc", "master", "master-grpc", "volume", "volume-grpc"))
    yield from ("seaweedfs-filer", "seaweedfs-filer-grpc")
    yield from ("gemini-emulator", "stripe-emulator")
    for service in SERVICES:
        yield from (service, f"{service}-metrics", f"{service}-worker-metrics")


def remembered(path: Path) -> dict[str, int]:
    """The ports of last time; empty the first time."""
    return json.loads(path.read_text()) if path.exists() else {}


def are_settled(chosen: Mapping[str, int]) -> bool:
    """Whether every port of a stack is chosen; a newer program may need more of them than the one that chose."""
    return chosen.keys() >= set(names())


def choose(path: Path) -> dict[str, int]:
    """A free port for every name, as last time where they still are. Only while the stack is down.

    One stack chooses at a time, and leaves alone what its neighbours chose: theirs may not listen yet.
    """
    with files.alone(path.parent.with_name(".figurine-ports.lock")):
        old, others = remembered(path), _of_neighbours(path)
        chosen: dict[str, int] = {}
        for name in names():
            keep = name in old and old[name] not in {*chosen.values(), *others} and _is_free(old[name])
            chosen[name] = old[name] if keep else _new(taken={*old.values(), *chosen.values(), *others})
        if chosen != old:
            files.write(path, json.dumps(chosen, indent=1))
    return chosen


def _of_neighbours(path: Path) -> set[int]:
    """The ports of the other stacks beside this one."""
    beside = path.parent.parent.glob(f".figurine*/{path.name}")
    return {port for other in beside if other != path for port in remembered(other).values()}


def _new(taken: set[int]) -> int:
    candidates = [port for port in _RANGE if port not in taken]
    random.SystemRandom().shuffle(candidates)
    for port in candidates:
        if _is_free(port):
            return port
    message = f"No port between {_RANGE.start} and {_RANGE.stop} is free; stop something that listens there."
    raise StackFailed(message)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a connection that lingers in TIME_WAIT from last time does not take the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((_HOST, port)) != 0 and _can_bind(port)


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True
