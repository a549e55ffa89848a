"""/v1/quality: how well figurines turn out, for those who run the studio."""

from common.answers import Answer
from common.callers import current_caller, internal_blueprint
from common.problems import problems
from generation import use_cases
from generation.domain.quality import OPERATOR, NotAnOperator
from generation.routes.context import quality, unit

routes = internal_blueprint("quality", __name__)


class ShareAnswer(Answer):
    """A share of cases, and between what bounds it lies with a confidence of 95 % (Wilson)."""

    value: float
    low: float
    high: float


class StyleQualityAnswer(Answer):
    """What people think of a style as one engine paints it; `content` are those who gave four or five stars."""

    style: str
    engine: str
    people: int
    ratings: int
    mean_stars: float
    content: ShareAnswer
    reasons: dict[str, int]


class EngineQualityAnswer(Answer):
    """What became of the jobs of one engine; `failures` by code."""

    engine: str
    people: int
    delivered: int
    failures: dict[str, int]
    delivery: ShareAnswer


class QualityAnswer(Answer):
    """The last 90 days, of those who agreed; groups of fewer than `least_people` are left out."""

    least_people: int
    styles: tuple[StyleQualityAnswer, ...]
    engines: tuple[EngineQualityAnswer, ...]


@routes.get("/v1/quality", responses={200: QualityAnswer, **problems(NotAnOperator)})
def read_quality() -> QualityAnswer:
    """Ratings and failures, counted in groups."""
    if OPERATOR not in current_caller().roles:
        raise NotAnOperator
    with unit.begin() as work:
        report = use_cases.report_quality(work, least_people=quality().least_people)
    return QualityAnswer.model_validate(report)
