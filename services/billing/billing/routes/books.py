"""/v1/operator/ledger: whether the laws of the books hold, as the last look saw it; for the studio's finance."""

from datetime import datetime

from billing.routes.context import unit
from common.answers import Answer
from common.callers import staff_blueprint

FINANCE = "finance"
routes = staff_blueprint("books", __name__, FINANCE)


class LawLookAnswer(Answer):
    """A law by how it would be broken, how often it was at the last look, and since when."""

    law: str
    broken: int
    broken_since: datetime | None
    looked_at: datetime


class MarksAnswer(Answer):
    """How far the books were looked at: up to which entry of how many, and when all accounts were gone through.

    `walking` while that is under way; `suspects` is how many accounts do not add up.
    """

    entry: int
    newest_entry: int
    marked_at: datetime | None
    audited_at: datetime | None
    walking: bool
    suspects: int


class BooksAnswer(Answer):
    """The laws, those that are broken first, and the marks."""

    laws: list[LawLookAnswer]
    marks: MarksAnswer


@routes.get("/v1/operator/ledger", responses={200: BooksAnswer})
def read_books() -> BooksAnswer:
    """What the last looks saw; counts, and nobody's data."""
    with unit.begin() as work:
        looks, marks = work.law_looks.all(), work.law_looks.marks()
    return BooksAnswer(
        laws=[LawLookAnswer.model_validate(look) for look in looks], marks=MarksAnswer.model_validate(marks)
    )
