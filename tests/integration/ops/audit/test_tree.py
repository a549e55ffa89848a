"""What the audit finds in a source tree: risky code, secrets, versions with known holes."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ops.audit.checks import dependencies, leaks, static
from ops.audit.findings import Finding, Said, Severity
from ops.audit.target import PROJECT, NotExamined, Target
from tests.fakes.spilled import SECRETS
from tests.integration.ops.audit import doors

ADVISORY = {
    "summary": "The parser follows links of strangers.",
    "database_specific": {"severity": "HIGH"},
    "affected": [{"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1"}]}]}],
}


def ids(said: list[Said]) -> list[str]:
    return [each.id for each in said if isinstance(each, Finding)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "README.md").write_text("Nothing to hide.\n")
    (tmp_path / "requirements.lock").write_text("parser==2.0 \\\n    --hash=sha256:00\nprinter==1.0 ; x == 'y'\n")
    return tmp_path


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("print('hello')\n", []),
        ("import subprocess\nsubprocess.run('ls ' + name, shell=True)\n", ["static.s602"]),
        ("import httpx\nhttpx.get('https://example.org', verify=False, timeout=1)\n", ["static.s501"]),
        ("import ssl\ncontext = ssl._create_unverified_context()\n", ["static.s323"]),
        ("import yaml\nyaml.load(text)\n", ["static.s506"]),
        ("query = f'SELECT * FROM {table}'  # noqa: S608 - names from the list above\n", []),
        ("query = f'SELECT * FROM {table}'  # noqa: S608\n", ["static.waived"]),
    ],
)
def test_risky_code_is_found(tree: Path, code: str, found: list[str]) -> None:
    (tree / "service.py").write_text(code)
    assert ids(static.check(Target(root=tree))) == found


def test_what_the_project_decided_against_with_reasons_is_not_told_again(tree: Path) -> None:
    (tree / "service.py").write_text("import subprocess\nsubprocess.run(command, check=True)\n")
    assert ids(static.check(Target(root=tree))) == ["static.s603"]
    (tree / "pyproject.toml").write_text('[tool.ruff.lint]\nignore = ["S603"]\n')
    assert ids(static.check(Target(root=tree))) == []


@pytest.mark.parametrize("kind", SECRETS)
def test_a_tree_with_a_secret_is_found_even_before_it_is_committed(tree: Path, kind: str) -> None:
    assert leaks.check(Target(root=tree)) == []
    (tree / "notes.txt").write_text(f"remember\n{SECRETS[kind]}\n")
    said = leaks.check(Target(root=tree))
    assert f"leak.{kind}" in ids(said)
    assert {each.where for each in said if isinstance(each, Finding)} == {"notes.txt:2"}
    (tree / ".gitignore").write_text("notes.txt\n")
    assert leaks.check(Target(root=tree)) == []


def test_a_tree_without_git_was_not_examined(tmp_path: Path) -> None:
    with pytest.raises(NotExamined, match="git"):
        leaks.check(Target(root=tmp_path))


def test_the_studios_own_tree_holds_no_secret() -> None:
    assert leaks.check(Target(root=PROJECT)) == []


def ask(tree: Path, results: list[dict[str, Any]], advisory: dict[str, Any] = ADVISORY) -> list[Said]:
    def respond(method: str, _path: str) -> tuple[int, Mapping[str, str], bytes]:
        answer = {"results": results} if method == "POST" else advisory
        return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    with doors.site(respond) as feed:
        return dependencies.check(Target(root=tree, feed=feed))


def test_a_version_with_a_known_hole_is_found_with_its_remedy(tree: Path) -> None:
    (found,) = ask(tree, [{"vulns": [{"id": "GHSA-1234"}]}, {}])
    assert isinstance(found, Finding)
    assert (found.id, found.severity, found.where) == ("dependency.ghsa-1234", Severity.HIGH, "parser 2.0")
    assert "links of strangers; fixed in 2.1" in found.sentence


def test_a_hole_of_unknown_severity_is_not_taken_lightly(tree: Path) -> None:
    (found,) = ask(tree, [{}, {"vulns": [{"id": "PYSEC-1"}]}], advisory={})
    assert isinstance(found, Finding)
    assert found.severity is Severity.MEDIUM


def test_versions_without_known_holes_pass(tree: Path) -> None:
    assert ask(tree, [{}, {}]) == []


@pytest.mark.parametrize("results", [[], [{}]])
def test_a_feed_that_does_not_answer_every_question_examined_nothing(tree: Path, results: list[dict[str, Any]]) -> None:
    with pytest.raises(NotExamined, match="the feed could not be reached"):
        ask(tree, results)


def test_a_feed_that_is_away_examined_nothing(tree: Path) -> None:
    with pytest.raises(NotExamined, match="the feed could not be reached"):
        dependencies.check(Target(root=tree, feed="http://localhost:1"))
