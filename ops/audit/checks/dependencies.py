"""Known vulnerabilities of what is pinned: asked of the feed at osv.dev, or of pip-audit where it is installed.

The feed is sent names and versions of packages, in one question, and nothing else.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2

from ops.audit.findings import Finding, Said, Severity, Unexamined
from ops.audit.target import NotExamined, Target

_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)
_LOCK = "requirements.lock"
_SEVERITIES: Mapping[str, Severity] = {
    "CRITICAL": Severity.HIGH,
    "HIGH": Severity.HIGH,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "LOW": Severity.LOW,
}
_DETAILS = 40
_TIMEOUT = httpx2.Timeout(8.0, connect=3.0)
_AUDIT_SECONDS = 180


def check(target: Target) -> list[Said]:
    """Ask about every pinned version."""
    lock = target.tree / _LOCK
    pinned = _PINNED.findall(lock.read_text())
    try:
        with httpx2.Client(base_url=target.feed, timeout=_TIMEOUT) as feed:
            return _asked(feed, pinned)
    except (httpx2.HTTPError, ValueError, KeyError) as error:
        tool = shutil.which("pip-audit")
        if tool is not None:
            return list(_by_pip_audit(tool, lock))
        message = f"the feed could not be reached ({type(error).__name__}), and pip-audit is not installed"
        raise NotExamined(message) from None


def _asked(feed: httpx2.Client, pinned: list[tuple[str, str]]) -> list[Said]:
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pinned]
    answer = feed.post("/v1/querybatch", json={"queries": queries}).raise_for_status().json()["results"]
    if len(answer) != len(pinned):
        raise ValueError("the feed answered another number of questions")
    known = [
        (f"{name} {version}", hit["id"])
        for (name, version), found in zip(pinned, answer, strict=True)
        for hit in found.get("vulns", [])
    ]
    said: list[Said] = [_finding(feed, package, advisory) for package, advisory in known[:_DETAILS]]
    if len(known) > _DETAILS:
        said.append(Unexamined(what=f"{len(known) - _DETAILS} more advisories", why="there are too many to read"))
    said += [
        Unexamined(what=f"the rest of the advisories on {name}", why="the feed gave a page of them only")
        for (name, _), found in zip(pinned, answer, strict=True)
        if found.get("next_page_token")
    ]
    return said


def _finding(feed: httpx2.Client, package: str, advisory: str) -> Finding:
    try:
        told: dict[str, Any] = feed.get(f"/v1/vulns/{advisory}").raise_for_status().json()
    except (httpx2.HTTPError, ValueError):
        return _vulnerable(package, advisory, {})
    return _vulnerable(package, advisory, told)


def _vulnerable(package: str, advisory: str, told: Mapping[str, Any]) -> Finding:
    word = str(told.get("database_specific", {}).get("severity", "")).upper()
    summary = str(told.get("summary") or "no summary").strip().rstrip(".")
    fixed = sorted(_fixed(told))
    remedy = f"fixed in {', '.join(fixed)}: pin that" if fixed else "see whether it concerns us, or replace it"
    return Finding(
        id=f"dependency.{advisory.lower()}",
        # Unknown is not low.
        severity=_SEVERITIES.get(word, Severity.MEDIUM),
        sentence=f"{summary[:200]}; {remedy}.",
        where=package,
    )


def _fixed(told: Mapping[str, Any]) -> Iterator[str]:
    for affected in told.get("affected", []):
        for span in affected.get("ranges", []):
            if span.get("type") == "ECOSYSTEM":
                yield from (str(event["fixed"]) for event in span.get("events", []) if "fixed" in event)


def _by_pip_audit(tool: str, lock: Path) -> Iterator[Said]:
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    command = [tool, "--requirement", str(lock), *options]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_AUDIT_SECONDS)
    try:
        packages = json.loads(told.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise NotExamined("neither the feed nor pip-audit gave an answer") from None
    for package in packages:
        for hit in package.get("vulns", []):
            named = {"summary": hit.get("description"), "affected": [_as_range(hit.get("fix_versions", []))]}
            yield _vulnerable(f"{package['name']} {package['version']}", str(hit["id"]), named)


def _as_range(versions: list[str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": version} for version in versions]}]}
