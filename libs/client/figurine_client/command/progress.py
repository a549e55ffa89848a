"""A line that says how far a figurine is: on a terminal it changes, elsewhere each step is a line of its own."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.status import Status

from figurine_client.models.figurines import Figurine, State

_WORDS: Final = {
    State.RECEIVED: "received",
    State.PRICED: "priced",
    State.QUEUED: "waits for its turn",
    State.RENDERING: "is being painted",
    State.SUCCEEDED: "is ready",
    State.PARTLY_SUCCEEDED: "is ready in part; what is missing was not charged",
    State.FAILED: "could not be made; it cost nothing",
    State.REJECTED: "was not begun: there are not enough credits",
    State.CANCELLED: "was cancelled; it cost nothing",
}


def words(figurine: Figurine) -> str:
    """How far it is, in words."""
    said = _WORDS[figurine.state] if isinstance(figurine.state, State) else figurine.state
    if figurine.queue is not None and not figurine.has_ended:
        said += f", number {figurine.queue.place} in line, about {figurine.queue.estimate_seconds} s"
    return said


@dataclass(slots=True)
class Line:
    """The line, on stderr: stdout is for the answer."""

    _console: Console
    _status: Status | None
    _said: str = ""

    def tell(self, figurine: Figurine) -> None:
        """How far it is now."""
        self.say(f"{figurine.id} {words(figurine)}")

    def say(self, text: str) -> None:
        """Something else that takes a while."""
        if text == self._said:
            return
        self._said = text
        if self._status is not None:
            self._status.update(text)
        else:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def line() -> Generator[Line]:
    """A line, until the block ends."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Line(console, None)
        return
    with console.status("") as status:
        yield Line(console, status)
