"""`figurine make` and `figurine edit`."""

from pathlib import Path
from typing import Annotated, TypeAlias
from uuid import UUID

import typer

from figurine_client.command import exits
from figurine_client.command.desk import AsJson, FigurineId, desk
from figurine_client.command.exits import Exit
from figurine_client.command.placing import After, Placing, chosen, place
from figurine_client.groups.figurines import WAIT_SECONDS
from figurine_client.models.figurines import Delivery, Figurine, PictureFormat

Photo: TypeAlias = Annotated[
    Path | None, typer.Argument(help="JPEG, PNG, WebP or HEIC, 20 MB at most.", show_default=False)
]
Saved: TypeAlias = Annotated[UUID | None, typer.Option("--saved", help="A saved photo's id, instead of a file.")]
Variants: TypeAlias = Annotated[int, typer.Option(min=1, max=4, help="How many pictures.")]
Options: TypeAlias = Annotated[
    list[str] | None, typer.Option("--option", metavar="NAME=CHOICE", help="An option of the style; may be repeated.")
]
Wait: TypeAlias = Annotated[bool, typer.Option("--wait", help="Wait until it has ended.")]
Out: TypeAlias = Annotated[Path | None, typer.Option(help="Fetch the pictures into this folder; waits for them.")]
Kind: TypeAlias = Annotated[PictureFormat, typer.Option("--format", help="As what kind of file.")]
Seconds: TypeAlias = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="How long to wait at most.")]
Anew: TypeAlias = Annotated[bool, typer.Option("--new", help="Another one, also if the same was begun before.")]


def make(
    photo: Photo = None,
    *,
    style: Annotated[str, typer.Option(help="A style's id; `figurine styles` lists them.")],
    saved: Saved = None,
    variants: Variants = 1,
    ratio: Annotated[str, typer.Option(help="Width to height.")] = "1:1",
    title: Annotated[str, typer.Option(help="The name on the base.")] = "",
    note: Annotated[str, typer.Option(help="A wish for the engine.")] = "",
    option: Options = None,
    later: Annotated[bool, typer.Option("--later", help="Within a day, at half the credits.")] = False,
    save_photo: Annotated[bool, typer.Option("--save-photo", help="Keep the photo, sealed, for more orders.")] = False,
    wait: Wait = False,
    out: Out = None,
    format: Kind = "png",
    timeout: Seconds = WAIT_SECONDS,
    new: Anew = False,
    as_json: AsJson = False,
) -> None:
    """Make a figurine of a photo.

    Interrupted and run again with the same photo and options within a day, it goes on with the same figurine: nothing
    is ordered, or charged, twice.
    """
    with desk() as at:
        if (photo is None) == (saved is None):
            exits.fail("Give a photo, or the id of a saved one with --saved.", Exit.USAGE)
        content = photo.read_bytes() if photo else None
        delivery: Delivery = "batch" if later else "now"
        choices = chosen(option or [])
        said = {"style": style, "variants": variants, "ratio": ratio, "title": title, "note": note}

        def order(key: str) -> Figurine:
            return at.studio.figurines.order(
                content,
                saved_photo_id=saved,
                style=style,
                variants=variants,
                aspect_ratio=ratio,
                title=title,
                note=note,
                options=choices,
                delivery=delivery,
                save_photo=save_photo,
                key=key,
            )

        said_all = {**said, "options": choices, "delivery": delivery, "save_photo": save_photo}
        placing = Placing(photo=content or saved or b"", options=said_all, order=order, anew=new)
        place(at, placing, After(wait=wait, out=out, format=format, seconds=timeout, as_json=as_json))


def edit(
    figurine: FigurineId,
    *,
    note: Annotated[str, typer.Option(help="A wish for the engine.")] = "",
    style: Annotated[str | None, typer.Option(help="Another style.")] = None,
    picture: Annotated[int, typer.Option(min=1, help="Which of its pictures to begin with.")] = 1,
    variants: Variants = 1,
    photo: Annotated[Path | None, typer.Option(help="The photo again, where no picture can be changed.")] = None,
    wait: Wait = False,
    out: Out = None,
    format: Kind = "png",
    timeout: Seconds = WAIT_SECONDS,
    new: Anew = False,
    as_json: AsJson = False,
) -> None:
    """Make another version of a figurine; with nothing to change, the same once more."""
    with desk() as at:
        content = photo.read_bytes() if photo else None
        said = {"edit": figurine, "note": note, "style": style, "picture": picture, "variants": variants}

        def order(key: str) -> Figurine:
            return at.studio.figurines.edit(
                figurine, note=note, style=style, picture=picture, variants=variants, photo=content, key=key
            )

        placing = Placing(photo=content or figurine, options=said, order=order, anew=new)
        place(at, placing, After(wait=wait, out=out, format=format, seconds=timeout, as_json=as_json))
