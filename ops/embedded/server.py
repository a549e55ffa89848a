"""What every server of the stack has in common."""

from collections.abc import Sequence
from typing import Protocol

from ops.embedded.programs import Program


class Server(Protocol):
    """A server the services stand on."""

    @property
    def name(self) -> str:
        """Its name, for people."""
        ...

    def programs(self) -> Sequence[Program]:
        """What to run, in this order. Touches no file."""
        ...

    def prepare(self) -> None:
        """Write its configuration; make its data folder the first time."""
        ...

    def is_ready(self) -> bool:
        """Whether it answers over TLS, in its own protocol, to the administrator."""
        ...

    def provision(self) -> None:
        """Make what the services expect in it; repeating changes nothing."""
        ...
