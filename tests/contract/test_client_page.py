"""What docs/client.md shows works: its programs run, its commands are understood, its numbers are the command's."""

import re
import shlex
from itertools import starmap
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import figurine_client
from figurine_client.command.app import app
from figurine_client.command.exits import MEANINGS
from tests.fakes.published import Published, published_document

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ figurine (.+)$", PAGE, re.MULTILINE)
# One that is waited for has to end.
STUDIO = figurine_client.Studio
ENDED = {"GET /v1/figurines/{figurine_id}": {"state": "succeeded"}}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return published_document()


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_runs(
    program: str, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    published = Published(document, changes=ENDED)

    def connected(url: str, **given: Any) -> figurine_client.Studio:
        return STUDIO(url, transport=published, **given)

    monkeypatch.setattr(figurine_client, "Studio", connected)
    monkeypatch.chdir(tmp_path)
    Path("me.jpg").write_bytes(b"a photo")
    exec(compile(program, "docs/client.md", "exec"), {"__name__": "example"})  # noqa: S102 - our own page
    assert published.asked
    assert published.wrong == []


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_understood(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(line)
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    group.commands[name].make_context(name, arguments)


def test_every_subcommand_but_the_plainest_is_shown() -> None:
    shown = {shlex.split(line)[0] for line in COMMANDS}
    assert {"signin", "make", "list", "get", "edit", "share", "watch", "export", "promises", "styles"} <= shown


def test_the_numbers_are_those_of_the_command() -> None:
    told = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert told == list(starmap(lambda number, meaning: (str(number.value), meaning), MEANINGS.items()))
