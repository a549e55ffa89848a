"""Generation's command line, beside its roles: `python -m generation quality`."""

from collections.abc import Mapping
from functools import partial

from rich import box
from rich.console import Console
from rich.table import Table

from common.service import Command
from common.work import UnitOfWork
from generation import use_cases
from generation.domain.quality import EngineQuality, QualityReport, Share, StyleQuality
from generation.repository import Work


def commands(unit: UnitOfWork[Work], *, least_people: int) -> Mapping[str, Command]:
    """What an operator may ask of generation."""
    return {"quality": partial(print_quality, unit, least_people=least_people)}


def print_quality(unit: UnitOfWork[Work], *, least_people: int, console: Console | None = None) -> None:
    """Print the quality report as tables."""
    with unit.begin() as work:
        report = use_cases.report_quality(work, least_people=least_people)
    console = console or Console(highlight=False)
    console.print(_styles(report))
    console.print(_engines(report))
    console.print(
        f"The last 90 days. Ratings are of those who agree now that they are counted. "
        f"Groups of fewer than {report.least_people} people are left out."
    )


def _styles(report: QualityReport) -> Table:
    table = Table("style", "engine", title="Ratings", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("people", "ratings", "mean stars", "4 or 5 stars", "95 % between"):
        table.add_column(heading, justify="right")
    table.add_column("ticked")
    for group in report.styles:
        table.add_row(*_style(group))
    return table


def _style(group: StyleQuality) -> tuple[str, ...]:
    ticked = ", ".join(f"{reason} {times}" for reason, times in group.reasons.items())
    numbers = (str(group.people), str(group.ratings), f"{group.mean_stars:.2f}", *_share(group.content))
    return (group.style, group.engine, *numbers, ticked)


def _engines(report: QualityReport) -> Table:
    table = Table("engine", title="Jobs", box=box.SIMPLE_HEAD, title_justify="left")
    for heading in ("people", "delivered", "delivered rate", "95 % between"):
        table.add_column(heading, justify="right")
    table.add_column("failures")
    for engine in report.engines:
        table.add_row(*_engine(engine))
    return table


def _engine(engine: EngineQuality) -> tuple[str, ...]:
    failures = ", ".join(f"{code} {times}" for code, times in engine.failures.items())
    return (engine.engine, str(engine.people), str(engine.delivered), *_share(engine.delivery), failures)


def _share(share: Share) -> tuple[str, str]:
    return f"{share.value:.0%}", f"{share.low:.0%} and {share.high:.0%}"
