"""The subcommands of `figurine`. Reads like a table of contents."""

from importlib.metadata import version
from typing import Annotated

import typer

from figurine_client.command import keeping, looking, making, person
from figurine_client.command.exits import MEANINGS
from figurine_client.command.hooks import webhook

_ENDS = "Ends with: " + "; ".join(f"{number.value} {meaning}" for number, meaning in MEANINGS.items()) + "."

app = typer.Typer(name="figurine", no_args_is_help=True, pretty_exceptions_enable=False, epilog=_ENDS)

app.command()(person.signin)
app.command()(person.signout)
app.command()(making.make)
app.command()(making.edit)
app.command("list")(keeping.list_figurines)
app.command()(keeping.show)
app.command()(keeping.get)
app.command()(keeping.cancel)
app.command()(keeping.delete)
app.command()(keeping.share)
app.command()(keeping.watch)
app.command()(looking.styles)
app.command()(looking.credits)
app.command()(looking.photos)
app.command()(looking.check)
app.command()(looking.promises)
app.command()(person.export)
app.add_typer(webhook, name="webhook")


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        typer.echo(f"figurine {version('figurine-client')}")
        raise typer.Exit


@app.callback()
def figurine(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """A figurine from a photo, from a terminal.

    Sign in once with `figurine signin`, or set FIGURINE_URL and FIGURINE_API_KEY (and FIGURINE_CA for a studio with
    certificates of its own). Answers go to stdout, everything else to stderr.
    """
