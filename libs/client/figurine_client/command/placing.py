"""An order and what follows: once, however often it is interrupted; waited for and fetched where that is wanted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import typer

from figurine_client.command import exits, progress
from figurine_client.command.desk import Desk, say_json
from figurine_client.command.exits import Exit
from figurine_client.command.started import digest_of
from figurine_client.downloads import Fetched
from figurine_client.errors import NotFound, Refused, StudioError
from figurine_client.models.figurines import Figurine, PictureFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What is done when the order is there; `seconds` is how long it is waited for."""

    wait: bool
    out: Path | None
    format: PictureFormat
    seconds: float
    as_json: bool

    @property
    def waits(self) -> bool:
        """Whether the pictures are waited for; who wants them as files does."""
        return self.wait or self.out is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """An order that is to be made, under any key."""

    photo: bytes | UUID
    options: Mapping[str, object]
    order: Callable[[str], Figurine]
    anew: bool = False


def place(desk: Desk, placing: Placing, after: After) -> None:
    """Order, or go on with the same order; then as far as it is wanted. Raises typer.Exit, StudioError."""
    digest = digest_of(desk.credentials, placing.photo, placing.options)
    if placing.anew:
        desk.orders.end(digest)
    known: UUID | None = None
    try:
        figurine = _ordered(desk, placing, digest)
        known = figurine.id
        if after.waits:
            figurine = _followed(desk, figurine, after)
        fetched: Sequence[Fetched] = []
        if after.out is not None:
            fetched = desk.studio.figurines.pictures(figurine, after.out, format=after.format)
    except KeyboardInterrupt:
        what = f"{known} goes on by itself; to follow it," if known else "It may have been ordered; to go on,"
        exits.fail(f"Interrupted. {what} run the same command again.", Exit.INTERRUPTED)
    else:
        desk.orders.end(digest)
        _tell(figurine, fetched, after)


def _ordered(desk: Desk, placing: Placing, digest: str) -> Figurine:
    started = desk.orders.begin(digest)
    if started.figurine_id is not None:
        try:
            figurine = desk.studio.figurines.get(started.figurine_id)
        except NotFound:
            # Deleted since.
            desk.orders.end(digest)
            return _ordered(desk, placing, digest)
        typer.echo(f"Going on with {figurine.id}, which was ordered before; --new orders another.", err=True)
        return figurine
    try:
        figurine = placing.order(started.key)
    except Refused as error:
        # Nothing was made. What broke on the way may have been: its key is kept.
        if error.status < 500:
            desk.orders.end(digest)
        raise
    desk.orders.answered(digest, started, figurine.id)
    return figurine


def _followed(desk: Desk, figurine: Figurine, after: After) -> Figurine:
    with progress.line() as line:
        return desk.studio.figurines.wait(figurine.id, timeout=after.seconds, on_change=line.tell)


def _tell(figurine: Figurine, fetched: Sequence[Fetched], after: After) -> None:
    if after.as_json:
        say_json({"figurine": figurine.model_dump(mode="json"), "files": [str(each.path) for each in fetched]})
    elif fetched:
        for each in fetched:
            typer.echo(each.path)
    elif not (figurine.has_ended and not figurine.pictures):
        typer.echo(figurine.id)
    if figurine.has_ended and not figurine.pictures:
        why = figurine.failure.sentence if figurine.failure else f"The figurine {progress.words(figurine)}."
        exits.fail(why, Exit.NO_PICTURE)


def chosen(options: Sequence[str]) -> dict[str, str]:
    """`name=choice`, several times. Raises StudioError."""
    pairs = [option.partition("=") for option in options]
    if any(not name or not choice for name, _, choice in pairs):
        raise UnclearOption("Write an option as NAME=CHOICE; `figurine styles STYLE` shows both.")
    return {name: choice for name, _, choice in pairs}


class UnclearOption(StudioError):
    """An option that is none."""
