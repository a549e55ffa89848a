"""What the documents say is what the code does."""

import importlib
import importlib.util
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from common.settings import ServiceSettings, variable
from ops import settings_page
from ops.services import SERVICES

PROJECT = Path(__file__).parents[2]
DECISIONS = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
PAGE_LINES = 60
EVERY_SERVICE = "every service"
# Read before the settings are: where else to look for them.
SECRETS_DIRECTORY = "FIGURINE_SECRETS_DIR"


def examples() -> dict[str, dict[str, str]]:
    """The variables of .env.example with their values, by the heading they stand under."""
    groups: dict[str, dict[str, str]] = {}
    for line in (PROJECT / ".env.example").read_text().splitlines():
        if heading := re.fullmatch(r"# == (.+) ==", line):
            groups[heading[1]] = {}
        elif assignment := re.fullmatch(r"(FIGURINE_\w+)=(.*)", line):
            groups[list(groups)[-1]][assignment[1]] = assignment[2].strip('"')
    return groups


def settings_of(service: str) -> type[ServiceSettings]:
    return importlib.import_module(f"{service}.settings").Settings


def defaults(settings: type[ServiceSettings]) -> dict[str, str]:
    """The variables of a settings class with their defaults, empty where there is none."""
    return {
        variable(name): "" if field.default in {PydanticUndefined, None} else _written(field.default)
        for name, field in settings.model_fields.items()
    }


def _written(default: object) -> str:
    """A default as it stands in the environment: lists with commas."""
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)


def own(service: str) -> dict[str, str]:
    """What a service adds to the settings that all share, or sets another default for."""
    shared = defaults(ServiceSettings)
    return {name: value for name, value in defaults(settings_of(service)).items() if shared.get(name) != value}


def tracked() -> Iterator[tuple[str, str]]:
    """Every text file that is committed or about to be, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = PROJECT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode(errors="replace")


def words_of(documents: Mapping[str, str]) -> str:
    return "\n".join(documents.values())


def test_the_example_environment_lists_what_every_service_reads_with_its_defaults():
    assert examples()[EVERY_SERVICE] == {**defaults(ServiceSettings), SECRETS_DIRECTORY: ""}


@pytest.mark.parametrize("service", SERVICES)
def test_the_example_environment_lists_what_a_service_reads_beside_that(service: str):
    assert examples()[service] == own(service)


def test_the_page_of_settings_says_of_every_setting_what_it_means_and_whether_it_is_secret():
    rows = [row.split(" | ") for row in settings_page.page().splitlines() if row.startswith("| `FIGURINE_")]
    assert len(rows) > 90
    assert [row[0] for row in rows if not row[-1].strip(" |")] == []
    secret = {row[0].strip("| `") for row in rows if row[3] == "yes"}
    assert {"FIGURINE_FENCE_KEY", "FIGURINE_STRIPE_API_KEY", "FIGURINE_DATABASE_URL"} <= secret
    assert "FIGURINE_BIND" not in secret


def test_every_make_target_the_documents_name_exists():
    documents = {name: text for name, text in tracked() if name.endswith(".md")}
    named = set(re.findall(r"(?:`|^)make ([a-z][\w-]*)", words_of(documents), re.MULTILINE))
    targets = set(re.findall(r"^([a-z][\w-]*):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= named
    assert named <= targets


def test_every_file_a_document_links_to_exists():
    broken = [
        f"{name}: {link}"
        for name, text in tracked()
        if name.endswith(".md")
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
        if not (PROJECT / name).parent.joinpath(link).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_a_page_with_its_context_consequences_and_alternatives(page: Path):
    text = page.read_text()
    assert len(text.splitlines()) <= PAGE_LINES
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Alternatives"]


def test_decisions_are_numbered_without_gaps():
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


def test_every_module_a_document_tells_people_to_run_exists():
    documents = {name: text for name, text in tracked() if name.endswith(".md")}
    modules = set(re.findall(r"python -m ((?:common|ops|bench)[\w.]*)", words_of(documents)))
    assert modules
    assert [module for module in sorted(modules) if importlib.util.find_spec(module) is None] == []


def test_no_file_names_a_place_on_somebodys_machine():
    # Put together here, so that this file does not name one itself.
    places = [f"/{folder}/" for folder in ("home", "root", "Users")] + [f"{PROJECT}/"]
    pattern = re.compile("|".join(rf"(?<![\w.~*-]){re.escape(place)}\w" for place in places))
    assert [name for name, text in tracked() if pattern.search(text)] == []


def test_no_file_names_the_host_of_a_package_registry():
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs"))]
    assert [name for name, text in tracked() if any(host in text for host in hosts)] == []
