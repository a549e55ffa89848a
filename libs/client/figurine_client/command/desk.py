"""What every subcommand begins with: the studio of this person, and how to answer."""

import json
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, TypeAlias
from uuid import UUID

import typer
from pydantic import BaseModel

from figurine_client.command import credentials, exits, settings
from figurine_client.command.credentials import Credentials
from figurine_client.command.settings import Settings
from figurine_client.command.started import Orders
from figurine_client.errors import StudioError
from figurine_client.studio import Studio

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
FigurineId: TypeAlias = Annotated[UUID, typer.Argument(metavar="FIGURINE", help="A figurine's id, as `list` shows it.")]


class NothingTyped(StudioError):
    """A secret was asked for, and did not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The studio, who one is to it, and where this person's files are."""

    studio: Studio
    credentials: Credentials
    settings: Settings

    @property
    def orders(self) -> Orders:
        """Orders that were begun here."""
        return Orders(self.settings.state / "orders")


@contextmanager
def desk() -> Generator[Desk]:
    """Open for one command; errors end it with a sentence and a number."""
    with exits.telling():
        known = settings.read()
        found = credentials.load(known)
        with credentials.connect(found) as studio:
            yield Desk(studio=studio, credentials=found, settings=known)


def ask_secret(what: str) -> str:
    """A secret, typed unseen, or the next line of what is piped in. Raises NothingTyped."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    if line := sys.stdin.readline().strip():
        return line
    raise NothingTyped(f"{what}: nothing was typed.")


def in_credits(credits: int) -> str:
    """A price in words."""
    return f"{credits} credit" if credits == 1 else f"{credits} credits"


def say_json(said: BaseModel | Sequence[BaseModel] | dict[str, object]) -> None:
    """An answer, or several, as one JSON document on stdout."""
    typer.echo(json.dumps(_plain(said), indent=2, ensure_ascii=False))


def say_table(rows: Iterable[Sequence[object]]) -> None:
    """Rows under each other, in columns as wide as they need to be."""
    written = [[shown(cell) for cell in row] for row in rows]
    if not written:
        return
    widths = [max(len(row[column]) for row in written) for column in range(len(written[0]))]
    for row in written:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo(line.rstrip())


def shown(value: object) -> str:
    """A value for a terminal; what would move its cursor is left out."""
    return "".join(letter for letter in ("" if value is None else str(value)) if letter.isprintable())


def _plain(said: BaseModel | Sequence[BaseModel] | dict[str, object]) -> object:
    if isinstance(said, BaseModel):
        return said.model_dump(mode="json")
    return said if isinstance(said, dict) else [each.model_dump(mode="json") for each in said]
