"""Ratings are counted only as long as their person agrees to that, in whatever order it is heard; sums stay."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.repository import Work
from common.clock import SYSTEM_CLOCK
from common.contracts.generation import FigurineRated
from common.contracts.privacy import ConsentChanged
from common.contracts.words import Word
from common.work import UnitOfWork
from tests.integration.analytics.ends import generated

NOON = SYSTEM_CLOCK.now() - timedelta(days=1)
HOUR = timedelta(hours=1)
YES = {"quality_feedback": Word(granted=True, changed_at=NOON - HOUR)}


def rated(user_id: UUID) -> FigurineRated:
    return FigurineRated(
        figurine_id=SYSTEM_CLOCK.new_id(),
        user_id=user_id,
        style="plush",
        engine="studio",
        stars=4,
        rated_at=NOON,
        words=YES,
    )


def said(user_id: UUID, *, granted: bool, hours: int) -> ConsentChanged:
    return ConsentChanged(
        user_id=user_id,
        purpose="quality_feedback",
        granted=granted,
        policy_version="2026-11-01",
        changed_at=NOON + hours * HOUR,
    )


def kinds(unit: UnitOfWork[Work]) -> list[str]:
    with unit.database.begin() as connection:
        return [kind for (kind,) in connection.execute("SELECT kind FROM facts ORDER BY kind").fetchall()]


@pytest.fixture
def ada() -> UUID:
    return SYSTEM_CLOCK.new_id()


def test_a_withdrawal_takes_ratings_and_nothing_else(unit: UnitOfWork[Work], pseudonyms: Pseudonyms, ada: UUID) -> None:
    with unit.begin() as work:
        use_cases.count_generated(work, generated(at=NOON, user_id=ada), pseudonyms=pseudonyms)
        use_cases.count_rating(work, rated(ada), pseudonyms=pseudonyms)
        use_cases.count_rating(work, rated(SYSTEM_CLOCK.new_id()), pseudonyms=pseudonyms)
    assert kinds(unit) == ["figurine", "rating", "rating"]
    with unit.begin() as work:
        use_cases.note_consent(work, said(ada, granted=False, hours=1), pseudonyms=pseudonyms)
    assert kinds(unit) == ["figurine", "rating"]
    with unit.database.begin() as connection:
        ((stars,),) = connection.execute("SELECT sum(stars) FROM rollups_of_days WHERE kind = 'rating'").fetchall()
    assert stars == 8


def test_a_rating_that_comes_behind_its_withdrawal_is_dropped_in_every_order(
    unit: UnitOfWork[Work], pseudonyms: Pseudonyms
) -> None:
    for order in permutations(range(3)):
        ada = SYSTEM_CLOCK.new_id()
        events = (rated(ada), said(ada, granted=False, hours=1), said(ada, granted=True, hours=30))
        for n in order:
            event = events[n]
            with unit.begin() as work:
                if isinstance(event, FigurineRated):
                    use_cases.count_rating(work, event, pseudonyms=pseudonyms)
                else:
                    use_cases.note_consent(work, event, pseudonyms=pseudonyms)
    assert kinds(unit) == []


def test_one_who_never_took_it_back_is_counted(unit: UnitOfWork[Work], pseudonyms: Pseudonyms, ada: UUID) -> None:
    with unit.begin() as work:
        use_cases.note_consent(work, said(ada, granted=True, hours=-2), pseudonyms=pseudonyms)
        use_cases.count_rating(work, rated(ada), pseudonyms=pseudonyms)
    assert kinds(unit) == ["rating"]
