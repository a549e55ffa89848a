"""The dashboards as Grafana reads them, made from what deploy/observability/dashboards.yml says of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

SOURCE = Path("deploy/observability/dashboards.yml")
FOLDER = Path("deploy/observability/grafana/dashboards")
Json = dict[str, object]

_DATASOURCE = {"type": "prometheus", "uid": "prometheus"}
_COLUMNS = 24
# Numbers stand six to a row, what is drawn three.
_NUMBER, _DRAWN = (4, 4), (8, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What is asked of Prometheus, by the legend of its lines; `bad_from` is the value from which it is red."""

    title: str
    queries: Mapping[str, str]
    kind: str = "timeseries"
    unit: str = "short"
    bad_from: float | None = None
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A page of panels; on some one chooses the services."""

    uid: str
    title: str
    numbers: Sequence[Panel]
    panels: Sequence[Panel]
    by_service: bool

    def queries(self) -> Iterator[str]:
        """Every question it asks."""
        for panel in (*self.numbers, *self.panels):
            yield from panel.queries.values()


def read(project: Path) -> list[Dashboard]:
    """What is written of them. Raises KeyError or TypeError for what is no dashboard."""
    written = cast("dict[str, dict[str, Any]]", yaml.safe_load((project / SOURCE).read_text()))
    return [
        Dashboard(
            uid=uid,
            title=each["title"],
            numbers=[_number(**number) for number in each.get("numbers", ())],
            panels=[Panel(**panel) for panel in each["panels"]],
            by_service=each.get("by_service", False),
        )
        for uid, each in written.items()
    ]


def files(project: Path) -> dict[Path, Json]:
    """Grafana's files, by their paths from the root of the project."""
    return {FOLDER / f"{dashboard.uid}.json": _as_grafana(dashboard) for dashboard in read(project)}


def _number(*, query: str, **rest: Any) -> Panel:
    return Panel(queries={"": query}, kind="stat", **rest)


def _as_grafana(dashboard: Dashboard) -> Json:
    return {
        "uid": f"figurine-{dashboard.uid}",
        "title": dashboard.title,
        "tags": ["figurine"],
        "schemaVersion": 41,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [_choice_of_services()] if dashboard.by_service else []},
        "links": [{"type": "dashboards", "tags": ["figurine"], "title": "Dashboards", "asDropdown": True}],
        "panels": [_panel(n, panel, place) for n, (panel, place) in enumerate(_placed(dashboard), 1)],
    }


def _placed(dashboard: Dashboard) -> Iterator[tuple[Panel, Json]]:
    top = 0
    for panels, (width, height) in ((dashboard.numbers, _NUMBER), (dashboard.panels, _DRAWN)):
        per_row = _COLUMNS // width
        for n, panel in enumerate(panels):
            yield panel, {"x": n % per_row * width, "y": top + n // per_row * height, "w": width, "h": height}
        top += -(-len(panels) // per_row) * height


def _panel(number: int, panel: Panel, place: Json) -> Json:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "gridPos": place,
        "datasource": _DATASOURCE,
        "targets": [_target(n, panel, *each) for n, each in enumerate(panel.queries.items())],
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, **_colours(panel)}, "overrides": []},
    }


def _target(number: int, panel: Panel, legend: str, query: str) -> Json:
    drawn = panel.kind == "timeseries"
    form = {"format": "table"} if panel.kind == "table" else {}
    return {
        "refId": "ABCDEF"[number],
        "expr": query,
        "legendFormat": legend,
        "instant": not drawn,
        "range": drawn,
        **form,
    }


def _colours(panel: Panel) -> Json:
    if panel.bad_from is None:
        return {}
    steps = [{"color": "green", "value": None}, {"color": "red", "value": panel.bad_from}]
    return {"color": {"mode": "thresholds"}, "thresholds": {"mode": "absolute", "steps": steps}}


def _choice_of_services() -> Json:
    return {
        "name": "service",
        "type": "query",
        "datasource": _DATASOURCE,
        "query": "label_values(up, service)",
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"text": "All", "value": "$__all"},
    }
