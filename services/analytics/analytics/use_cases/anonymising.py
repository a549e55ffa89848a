"""Months that are over become anonymous, measured before anything of it is kept; then their facts go."""

from datetime import date
from functools import partial

from analytics.domain import day_of, first_of_month, month_after
from analytics.domain.anonymisation import Anonymisation
from analytics.domain.anonymity import LEAST, LONG_AGO, anonymous_groups, first_open, is_over, row_of
from analytics.domain.reidentification import reidentify
from analytics.repository import Work


def close_next_month(work: Work) -> date | None:
    """The next month that is over, in their order; from now on nothing is added to it. None when there is none."""
    month = work.months.next()
    if month is None or not is_over(month, day_of(work.clock.now())):
        return None
    # Whoever counts now is waited for, and whoever counts after this sees it.
    work.facts.hold()
    work.months.close(month)
    return month


def make_anonymous(work: Work, month: date, *, least: int = LEAST) -> Anonymisation | None:
    """Let a closed month be told by its anonymous rows alone; None when somebody else does that, or has.

    Raises SomebodyWouldBeFound when the rows do not pass the test, and then nothing has changed.
    `least` is how many people a row has to have; another one than is tested for is for tests.
    """
    if not work.months.take_turn() or work.months.next() != month:
        return None
    known = work.months.cells_in_facts(month)
    cells = {*known, *work.months.cells_in_sums(month)}
    people = partial(work.months.people, month)
    groups = anonymous_groups(cells, people, k=least)
    work.months.write(month, {cell: group for cell in cells if (group := row_of(cell, groups)) is not None})
    done = Anonymisation(
        month=month,
        counted=work.months.counted(month),
        # From the rows as they are kept.
        found=reidentify(work.months.rows(month), known, people),
    )
    done.check()
    work.months.file(done, at=work.clock.now())
    work.over.forget(month)
    return done


def months_to_drop(work: Work) -> list[date]:
    """Months that are anonymous, and whose facts are still there."""
    return work.over.with_facts()


def months_open(work: Work) -> list[date]:
    """The months that are kept under names."""
    today = day_of(work.clock.now())
    months = [first_open(today)]
    while months[-1] < first_of_month(today):
        months.append(month_after(months[-1], 1))
    return months


def let_beginners_be_forgotten(work: Work, month: date) -> None:
    """Who began in a month that is anonymous began long ago, for whatever is counted from now on."""
    work.facts.hold()
    work.over.began_earlier(month, LONG_AGO)


def let_facts_forget_beginners(work: Work, month: date, *, of_month: date) -> None:
    """The same for what was counted in a later month."""
    work.over.facts_of_who_began(month, LONG_AGO, of_month=of_month)


def drop_month(work: Work, month: date) -> None:
    """Destroy the facts of a month that is anonymous."""
    work.over.drop(month)
