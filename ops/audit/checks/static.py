"""Static checks: ruff's security rules (those of bandit) over the whole tree, and exceptions without a reason."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ops.audit.checks import tree
from ops.audit.findings import Finding, Said, Severity
from ops.audit.target import NotExamined, Target

# Requests without verification, shells, unsafe parsers and hashes: https://docs.astral.sh/ruff/rules/#flake8-bandit-s
RULES = "S"
_HIGH = re.compile(r"S(5\d\d|3\d\d|60[245]|608|70\d|10[567])")
_WAIVED = re.compile(r"#\s*noqa:\s*[A-Z0-9, ]*\bS\d+[A-Z0-9, ]*(.*)")
_SECONDS = 120


def check(target: Target) -> list[Said]:
    """Ask ruff, then look for what it was told to overlook."""
    return [*_told_by_ruff(target.tree), *_waived(target.tree)]


def _told_by_ruff(root: Path) -> Iterator[Finding]:
    ruff = Path(sys.executable).parent / "ruff"
    if not ruff.exists():
        raise NotExamined("ruff is not installed here; ops/bootstrap check installs it")
    options = ["--output-format", "json", "--no-cache", "--exit-zero"]
    settled = _settled(root)
    ignored = ["--ignore", settled] if settled else []
    command = [ruff, "check", "--select", RULES, *ignored, *options, "."]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=_SECONDS)
    if told.returncode != 0:
        message = f"ruff failed: {told.stderr.strip()[:200]}"
        raise NotExamined(message)
    for found in json.loads(told.stdout):
        yield _finding(found, root)


def _settled(root: Path) -> str:
    """The rules that the project has decided against, with its reasons, in pyproject.toml."""
    project = root / "pyproject.toml"
    given = tomllib.loads(project.read_text()) if project.exists() else {}
    ignored = given.get("tool", {}).get("ruff", {}).get("lint", {}).get("ignore", [])
    return ",".join(rule for rule in ignored if rule.startswith(RULES))


def _finding(found: dict[str, Any], root: Path) -> Finding:
    code, line = str(found["code"]), found["location"]["row"]
    return Finding(
        id=f"static.{code.lower()}",
        severity=Severity.HIGH if _HIGH.match(code) else Severity.MEDIUM,
        sentence=f"{found['message']} (ruff {code}); mend it, or say why it is right here.",
        where=f"{Path(found['filename']).relative_to(root.resolve())}:{line}",
    )


def _waived(root: Path) -> Iterator[Finding]:
    for name, text in tree.texts(root, ".py"):
        for number, line in enumerate(text.splitlines(), start=1):
            waiver = _WAIVED.search(line)
            if waiver and not waiver[1].strip(" -"):
                yield Finding(
                    id="static.waived",
                    severity=Severity.LOW,
                    sentence="A security rule is waived without a reason; write one after it.",
                    where=f"{name}:{number}",
                )
