"""How well figurines turn out: counted from what people agree to now."""

from generation.domain.quality import PERIOD, QualityReport
from generation.repository import Work


def report_quality(work: Work, *, least_people: int) -> QualityReport:
    """The report of the last 90 days; whoever took her consent back is in no number of it."""
    since = work.clock.now() - PERIOD
    return QualityReport(
        least_people=least_people,
        styles=tuple(work.quality.of_styles(since=since, least_people=least_people)),
        engines=tuple(work.quality.of_engines(since=since, least_people=least_people)),
    )
