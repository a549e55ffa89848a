"""Every metric of the house, read from where it is made; and why each label has few values.

A metric is written down where it is measured, as a literal, so that it can be read without running anything.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.services import SERVICES

KINDS = frozenset({"Counter", "Gauge", "Histogram"})
# What a metric may be told apart by: each with how many values it can have at most. Never a person, never an id.
LABELS: Mapping[str, str] = {
    "method": "seven methods of HTTP, or `other`",
    "route": "the rules of our routes, never the path that was asked for; or `unmatched`",
    "status": "status codes of HTTP",
    "type": "the types of events",
    "outcome": "words of ours for how something ended",
    "reason": "classes of errors",
    "why": "classes of errors, and `residue`",
    "queue": "the six queues of a service",
    "job": "the jobs of a service; Prometheus calls it `exported_job`",
    "engine": "the engines, and `batch`",
    "state": "the states of a job, or of a promise",
    "code": "the public codes of failures; empty for what did not fail",
    "detail": "reasons of Gemini in words of ours",
    "model": "the models that the settings name",
    "how": "ways in which a picture can have another shape",
    "style": "the styles of the catalogue",
    "law": "the laws of the ledger",
    "provider": "the payment providers",
    "promise": "the promises of the policy",
    "probe": "the probes of a service",
    "rate": "the rates that are watched for crowds",
    "table": "the tables of the inventory",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; `of` is the service that has it, or `every service`."""

    name: str
    kind: str
    labels: Sequence[str]
    means: str
    of: str

    @property
    def samples(self) -> frozenset[str]:
        """What Prometheus finds under it."""
        match self.kind:
            case "Counter":
                return frozenset({f"{self.name}_total"})
            case "Histogram":
                return frozenset(f"{self.name}_{part}" for part in ("bucket", "sum", "count"))
            case _:
                return frozenset({self.name})

    @property
    def shown(self) -> str:
        """Its name as one meets it first."""
        return f"{self.name}_total" if self.kind == "Counter" else self.name


def metrics(project: Path) -> list[Metric]:
    """Of the library first, then of each service. Raises ValueError for one that is not written as literals."""
    places = [("every service", project / "libs/common/common")]
    places += [(service, project / "services" / service / service) for service in SERVICES]
    files = [(of, file) for of, folder in places for file in sorted(folder.rglob("*.py"))]
    return [metric for of, file in files for metric in _metrics_in(file, of)]


def _metrics_in(file: Path, of: str) -> Iterator[Metric]:
    tree = ast.parse(file.read_text())
    kinds = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "prometheus_client"
        for alias in node.names
        if alias.name in KINDS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
            name, means, *labels = (ast.literal_eval(argument) for argument in node.args)
            yield Metric(
                name=name, kind=kinds[node.func.id], labels=labels[0] if labels else (), means=means.rstrip("."), of=of
            )
