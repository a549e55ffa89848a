"""The style catalogue: one TOML file per style."""

import tomllib
from pathlib import Path

from generation.domain import Style

DIRECTORY = Path(__file__).parent.parent / "catalogue"


def read_catalogue(directory: Path = DIRECTORY) -> dict[str, Style]:
    """Every style by its id, which is its file's name; raises KeyError for a file that lacks a field."""
    return {file.stem: _style(file) for file in sorted(directory.glob("*.toml"))}


def _style(file: Path) -> Style:
    fields = tomllib.loads(file.read_text())
    return Style(
        id=file.stem,
        name=fields["name"],
        description=fields["description"],
        price=fields["price"],
        subjects=tuple(fields["for"]),
        engines=tuple(fields["engines"]),
    )
