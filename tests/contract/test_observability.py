"""Whoever runs the studio sees what is there: metrics, dashboards, alerts and runbooks name each other rightly."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from ops import reference
from ops.observability import dashboards
from ops.observability.alerts import alerts, recorded
from ops.observability.catalogue import LABELS, Metric, metrics
from ops.observability.promql import labels_in, metrics_in
from ops.services import SERVICES

PROJECT = Path(__file__).parents[2]
RUNBOOKS = PROJECT / "docs" / "runbooks"
OBSERVABILITY = PROJECT / "deploy" / "observability"
# What Prometheus and the library itself tell.
FOREIGN = frozenset({"up", "ALERTS", "process_resident_memory_bytes"})
# What whoever scrapes adds to a metric, and `le` of histograms; a metric's own `job` is renamed.
SCRAPED = frozenset({"service", "role", "instance", "job", "exported_job", "le", "alertstate"})
# Beside these pages: an index, how the trials went, and what nothing measurable leads to.
# What is done on a day of its own, and not because something rings.
WITHOUT_ALERT = frozenset({"README", "trials", "backup", "restore", "rotate-keys", "rotate-sealing-keys"})


@pytest.fixture(scope="module")
def catalogue() -> list[Metric]:
    return metrics(PROJECT)


def queries() -> Iterator[str]:
    """Everything that is asked of Prometheus, anywhere."""
    yield from recorded(PROJECT).values()
    yield from (alert.query for alert in alerts(PROJECT))
    for dashboard in dashboards.read(PROJECT):
        yield from dashboard.queries()


def modules() -> Iterator[str]:
    for package in ("common", *SERVICES):
        folders = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(folders, f"{package}."):
            if not module.name.endswith("__main__"):
                yield module.name


def claimed(page: Path) -> set[str]:
    """The alerts a runbook says it is for."""
    found = re.search(r"^\*\*Alerts\*\*: (.+?)\.\n\n", page.read_text(), re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`(\w+)`", found[1])) if found else set()


def test_every_metric_of_the_five_services_is_in_the_catalogue(catalogue: list[Metric]) -> None:
    for module in modules():
        importlib.import_module(module)
    registered = {family.name for family in REGISTRY.collect()}
    own = {name for name in registered if not name.startswith(("python_", "process_"))}
    assert own == {metric.name for metric in catalogue}


def test_a_metric_is_named_once_as_prometheus_wants_it(catalogue: list[Metric]) -> None:
    assert [name for name, times in Counter(metric.name for metric in catalogue).items() if times > 1] == []
    for metric in catalogue:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", metric.name), metric.name
        assert not re.search(r"_(ms|millis|minutes|hours|kb|total|count|sum|bucket)$", metric.name), metric.name
        assert metric.means


def test_a_metric_is_told_apart_only_by_what_has_few_values(catalogue: list[Metric]) -> None:
    used = {label for metric in catalogue for label in metric.labels}
    assert used == set(LABELS)
    assert not [label for label in used if re.search(r"(^|_)(id|user|person|email|mail|name|address|ip|token)$", label)]


def test_rules_and_dashboards_ask_only_for_what_exists(catalogue: list[Metric]) -> None:
    known = FOREIGN | recorded(PROJECT).keys() | {sample for metric in catalogue for sample in metric.samples}
    for query in queries():
        named = metrics_in(query)
        assert named, query
        assert named <= known, query


def test_rules_and_dashboards_use_only_labels_that_those_metrics_have(catalogue: list[Metric]) -> None:
    labels = {sample: frozenset(metric.labels) for metric in catalogue for sample in metric.samples}
    for query in queries():
        had = SCRAPED.union(*(labels.get(name, frozenset()) for name in metrics_in(query)))
        assert labels_in(query) <= had, query


@pytest.mark.parametrize(
    ("query", "named", "told_apart"),
    [
        ("max by (a, b) (x_total) > 0.5e3", {"x_total"}, {"a", "b"}),
        ('sum(rate(x_bucket{le="0.5", c!~"y|z"}[5m])) or vector(0)', {"x_bucket"}, {"le", "c"}),
        ("time() - 14 * 86400 < x and on () slo:y:rate5m", {"x", "slo:y:rate5m"}, set[str]()),
        ("topk(5, x) / ignoring (d) group_left () y offset 5m", {"x", "y"}, {"d"}),
    ],
)
def test_a_question_to_prometheus_is_read_for_its_metrics_and_labels(
    query: str, named: set[str], told_apart: set[str]
) -> None:
    assert metrics_in(query) == named
    assert labels_in(query) == told_apart


def test_every_alert_says_how_urgent_it_is_and_has_a_runbook_that_names_it() -> None:
    for alert in alerts(PROJECT):
        assert alert.severity in {"page", "ticket"}
        assert alert.summary.endswith(".")
        assert alert.name in claimed(PROJECT / alert.runbook), alert.name


def test_every_runbook_names_alerts_and_they_exist() -> None:
    known = {alert.name for alert in alerts(PROJECT)}
    for page in RUNBOOKS.glob("*.md"):
        if page.stem not in WITHOUT_ALERT:
            assert claimed(page), page.name
            assert claimed(page) <= known, page.name


def test_every_runbook_stands_in_the_list() -> None:
    listed = set(re.findall(r"\]\(([\w-]+)\.md\)", (RUNBOOKS / "README.md").read_text()))
    assert {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"} <= listed


def test_every_alert_was_tried_or_is_said_not_to_have_been() -> None:
    trials = (RUNBOOKS / "trials.md").read_text()
    assert [alert.name for alert in alerts(PROJECT) if f"`{alert.name}`" not in trials] == []


def test_the_page_and_the_dashboards_are_current() -> None:
    documents = {path: text for path, text in reference.documents().items() if "observability" in str(path)}
    assert len(documents) == 1 + len(dashboards.read(PROJECT))
    assert [path for path, text in documents.items() if (PROJECT / path).read_text() != text] == []


def test_every_process_of_every_service_is_asked() -> None:
    config = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    asked = {(each["labels"]["service"], each["labels"]["role"]) for each in job["static_configs"]}
    assert asked == {(service, role) for service in SERVICES for role in ("web", "worker")}
    assert (job["scheme"], job["job_name"]) == ("https", "figurine")
