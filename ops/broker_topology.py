"""Every service's queues at the broker, made before the first service starts.

A publisher's event is confirmed once one queue has it. If a listener's queue came only with the
listener, what was published before would reach the others and be lost to it.
"""

import json
from collections.abc import Callable
from pathlib import Path

from common.broker import declare
from common.topology import topology

# Which events each service listens to; written by ops.reference, and checked against the code.
LISTENERS = Path(__file__).parent / "listeners.json"


def declare_all(url_of: Callable[[str], str], *, ca_file: Path | None) -> None:
    """Make them, each as its own service. Raises ConnectionError while the broker is away."""
    listeners: dict[str, list[str]] = json.loads(LISTENERS.read_text())
    for service, keys in listeners.items():
        declare(url_of(service), topology(service, keys), ca_file=ca_file)
