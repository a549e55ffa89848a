"""What every contender of the event benchmark shares: addresses, the payload, the one row to write."""

import json
import sys
from dataclasses import asdict, dataclass

PADDING = "x" * 600

CREATE_EFFECTS = "CREATE TABLE IF NOT EXISTS effects (n integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
WRITE_EFFECT = "INSERT INTO effects (n) VALUES (%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a contender works. `database` leads to a schema of its own; queues carry its name."""

    name: str
    database: str
    broker: str
    ca_file: str

    @property
    def incoming(self) -> str:
        """The quorum queue a contender reads."""
        return f"{self.name}.events"

    @property
    def outgoing(self) -> str:
        """The quorum queue that collects what it publishes."""
        return f"{self.name}.sink"

    def to_argument(self) -> str:
        """As one command line argument."""
        return json.dumps(asdict(self))


def place_from_argv() -> Place:
    """The place a worker process was started for."""
    return Place(**json.loads(sys.argv[1]))
