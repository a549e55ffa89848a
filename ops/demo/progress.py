"""Live progress on the terminal: a line per figurine that changes, or plain lines in a log."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from uuid import UUID

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from ops.demo.answers import ENDED, News

WORDS: Mapping[str, str] = {
    "figurine.queued": "credits set aside, waiting for a renderer",
    "figurine.started": "being made",
    "figurine.generated": "done",
    "figurine.failed": "no picture came out",
}
# Says what is new of a figurine.
Tell = Callable[[News], None]


@contextmanager
def shown(console: Console, names: Mapping[UUID, str]) -> Generator[Tell]:
    """Show the figurines by their names while the block lasts."""
    if not console.is_terminal:
        yield _lines(console, names)
        return
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield _rows(progress, names)


def _rows(progress: Progress, names: Mapping[UUID, str]) -> Tell:
    rows: dict[UUID, TaskID] = {key: progress.add_task(f"{name}: ordered", total=1) for key, name in names.items()}

    def tell(news: News) -> None:
        if news.figurine_id and news.figurine_id in rows:
            completed = 1 if news.state in ENDED else 0
            progress.update(rows[news.figurine_id], description=_words(names, news), completed=completed)

    return tell


def _lines(console: Console, names: Mapping[UUID, str]) -> Tell:
    began = time.monotonic()

    def tell(news: News) -> None:
        if news.figurine_id in names:
            console.print(f"  {time.monotonic() - began:4.1f} s  {_words(names, news)}")

    return tell


def _words(names: Mapping[UUID, str], news: News) -> str:
    name = names[news.figurine_id] if news.figurine_id else ""
    return f"{name}: {WORDS.get(news.type, news.type)}"
