"""What there is: `styles` `credits` `photos` `check` `promises`."""

from itertools import islice
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from figurine_client.command import exits
from figurine_client.command.desk import AsJson, desk, in_credits, say_json, say_table
from figurine_client.command.exits import Exit
from figurine_client.models.studio import Choice, Movement

# A promise that is not shown to be kept.
_NOT_KEPT: Final = frozenset({"broken", "stale"})


def styles(
    style: Annotated[str | None, typer.Argument(help="One style, with its options.", show_default=False)] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the styles and what they cost; one style with its options."""
    with desk() as at:
        found = [each for each in at.studio.styles.list() if style in (None, each.id)]
        if style is not None and not found:
            exits.fail(f"There is no style {style!r}; `figurine styles` lists them.", Exit.REFUSED)
        if as_json:
            say_json(found)
            return
        say_table([_style_row(each.id, each.price, each.unavailable_because, each.name) for each in found])
        if style is not None:
            say_table([_choice_row(option.id, each) for option in found[0].options for each in option.choices])


def credits(
    *,
    statement: Annotated[int, typer.Option(min=0, metavar="N", help="The last N movements as well.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Show how many credits there are, and what became of others."""
    with desk() as at:
        balance = at.studio.credits.balance()
        movements = list(islice(at.studio.credits.statement(), statement)) if statement else []
        if as_json:
            lines = [each.model_dump(mode="json") for each in movements]
            say_json({**balance.model_dump(mode="json"), "statement": lines})
            return
        say_table([["available", balance.available], ["held", balance.held]])
        say_table([_movement_row(each) for each in movements])


def photos(
    *,
    delete: Annotated[UUID | None, typer.Option(metavar="PHOTO", help="Delete a saved photo.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show photos that are held or saved, and proofs of those that went; or delete a saved one."""
    with desk() as at:
        if delete is not None:
            at.studio.photos.delete(delete)
        found = at.studio.photos.list()
        if as_json:
            say_json(found)
            return
        say_table(
            [
                *[["held", each.id, f"until {each.delete_by.astimezone():%Y-%m-%d %H:%M}"] for each in found.uploads],
                *[["saved", each.id, f"{each.width} x {each.height}"] for each in found.saved],
                *[["gone", each.upload_id, f"after {each.held_seconds} s"] for each in found.proofs],
            ]
        )


def check(photo: Annotated[Path, typer.Argument(help="A photo.")], *, as_json: AsJson = False) -> None:
    """Say what could be better about a photo. The studio looks at it, and keeps nothing."""
    with desk() as at:
        found = at.studio.photos.check(photo)
        if as_json:
            say_json(found)
        else:
            say_table([[hint.sentence] for hint in found.hints] or [["Nothing to be said against it."]])


def promises(*, as_json: AsJson = False) -> None:
    """Show what the studio promises, and whether that was found kept; ends with 7 where one was not."""
    with desk() as at:
        found = at.studio.promises.list()
        if as_json:
            say_json(found)
        else:
            say_table([[each.state, each.id, each.sentence] for each in found])
        unkept = [each.id for each in found if each.state in _NOT_KEPT]
        if unkept:
            exits.fail(f"Not shown to be kept: {', '.join(unkept)}.", Exit.NOT_TRUE)


def _choice_row(option: str, choice: Choice) -> list[object]:
    return [f"--option {option}={choice.id}", choice.name, f"+{choice.surcharge}" if choice.surcharge else ""]


def _movement_row(movement: Movement) -> list[object]:
    at = movement.at.astimezone().strftime("%Y-%m-%d %H:%M")
    return [at, f"{movement.credits:+}", movement.balance, movement.reason]


def _style_row(id: str, price: int, because: str | None, name: str) -> list[object]:
    return [id, in_credits(price), name, because or ""]
