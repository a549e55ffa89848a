"""The alerts and the rules they stand on, as Prometheus reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

RULES = Path("deploy/observability/rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something somebody is to be told: `page` at once, `ticket` the next morning."""

    name: str
    query: str
    severity: str
    summary: str
    runbook: str


def alerts(project: Path) -> list[Alert]:
    """In the order in which they are written."""
    return [
        Alert(
            name=rule["alert"],
            query=rule["expr"],
            severity=rule["labels"]["severity"],
            summary=rule["annotations"]["summary"],
            runbook=rule["annotations"]["runbook"],
        )
        for rule in _rules(project)
        if "alert" in rule
    ]


def recorded(project: Path) -> dict[str, str]:
    """What is reckoned ahead: the name it is found under, and the question."""
    return {rule["record"]: rule["expr"] for rule in _rules(project) if "record" in rule}


def _rules(project: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((project / RULES).glob("*.yml")):
        for group in cast("dict[str, Any]", yaml.safe_load(file.read_text()))["groups"]:
            yield from group["rules"]
