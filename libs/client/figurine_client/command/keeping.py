"""Figurines that are there: `list` `show` `get` `cancel` `delete` `share` `watch`."""

import json
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from figurine_client.command import exits, progress
from figurine_client.command.desk import AsJson, FigurineId, desk, in_credits, say_json, say_table, shown
from figurine_client.command.exits import Exit
from figurine_client.models.figurines import Figurine, ModelFormat, PictureFormat, State


def list_figurines(
    *,
    style: Annotated[str | None, typer.Option(help="Of one style.")] = None,
    state: Annotated[State | None, typer.Option(help="In one state.")] = None,
    favourites: Annotated[bool, typer.Option("--favourites", help="Favourites only.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List figurines, the newest first."""
    with desk() as at:
        found = at.studio.figurines.list(style=style, state=state, favourite=True if favourites else None)
        figurines = list(islice(found, limit))
        if as_json:
            say_json(figurines)
        else:
            say_table([_row(each) for each in figurines])


def show(figurine: FigurineId, *, as_json: AsJson = False) -> None:
    """Show one figurine."""
    with desk() as at:
        found = at.studio.figurines.get(figurine)
        if as_json:
            say_json(found)
            return
        say_table(_facts(found))


def get(
    figurine: FigurineId,
    *,
    out: Annotated[Path, typer.Option(help="Into which folder.")] = Path(),
    format: Annotated[PictureFormat, typer.Option("--format", help="As what kind of file.")] = "png",
    model: Annotated[ModelFormat | None, typer.Option(help="A printable model instead of the pictures.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a figurine's pictures, or a model to print. What broke off goes on where it was."""
    with desk() as at:
        found = at.studio.figurines.get(figurine)
        if model is None:
            fetched = at.studio.figurines.pictures(found, out, format=format)
        else:
            out.mkdir(parents=True, exist_ok=True)
            file = out / f"{found.style}-{found.id.hex[-8:]}.{model}"
            with progress.line() as line:
                line.say("The model is being made; the first time that takes a moment.")
                fetched = [at.studio.figurines.model_file(figurine, file, format=model)]
        if not fetched:
            exits.fail(f"There is no picture: the figurine {progress.words(found)}.", Exit.NO_PICTURE)
        if as_json:
            say_json({"files": [str(each.path) for each in fetched]})
        else:
            say_table([[each.path] for each in fetched])


def cancel(figurine: FigurineId, *, as_json: AsJson = False) -> None:
    """Stop a figurine that is not finished; it costs nothing."""
    with desk() as at:
        state = at.studio.figurines.cancel(figurine)
        if as_json:
            say_json({"id": str(figurine), "state": str(state)})
        else:
            typer.echo(shown(state))


def delete(
    figurine: FigurineId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a figurine and its pictures, for ever."""
    with desk() as at:
        if not yes:
            typer.confirm(f"Delete {figurine} and its pictures, for ever?", abort=True, err=True)
        at.studio.figurines.delete(figurine)
        if as_json:
            say_json({"id": str(figurine), "deleted": True})


def share(
    figurine: FigurineId,
    *,
    close: Annotated[bool, typer.Option("--close", help="Close the link for everybody.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a link that everybody who has it can open, or close it."""
    with desk() as at:
        url = None
        if close:
            at.studio.figurines.unshare(figurine)
        else:
            url = at.studio.figurines.share(figurine)
        if as_json:
            say_json({"id": str(figurine), "url": url})
        elif url:
            typer.echo(url)


def watch(
    *,
    after: Annotated[int | None, typer.Option(help="From behind this event on.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what happens, as it happens, until Ctrl-C; with --json, one line each."""
    with desk() as at:
        for event in islice(at.studio.events(after=after), count):
            if as_json:
                say_line({"seq": event.seq, "type": event.type, "data": event.data})
            else:
                say_table([[event.seq, event.type, *[f"{name}={value}" for name, value in event.data.items()]]])


def say_line(said: dict[str, object]) -> None:
    """One JSON document on one line, at once."""
    typer.echo(json.dumps(said, ensure_ascii=False))


def _row(figurine: Figurine) -> list[object]:
    made = figurine.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
    pictures = f"{len(figurine.pictures)}/{figurine.variants}"
    return [figurine.id, made, figurine.state, figurine.style, pictures, figurine.title]


def _facts(figurine: Figurine) -> list[list[object]]:
    facts: list[list[object]] = [
        ["id", figurine.id],
        ["state", progress.words(figurine)],
        ["style", figurine.style],
        ["title", figurine.title],
        ["price", in_credits(figurine.price)],
        ["engine", figurine.engine or "not chosen yet"],
        ["ordered", figurine.created_at.astimezone().isoformat(" ", "seconds")],
        *[["picture", f"{each.n}: {each.width} x {each.height}"] for each in figurine.pictures],
    ]
    return [*facts, ["failure", figurine.failure.sentence]] if figurine.failure else facts
