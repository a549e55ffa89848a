"""Killed between any two steps, begun again, or done by two at once: nothing is counted twice, lost, or left named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

import pytest

from analytics import use_cases
from analytics.jobs.anonymising import Anonymiser
from tests.integration.anonymity.aged import MONTH, Aged
from tests.integration.anonymity.test_anonymous_months import FIGURES, TOLD, a_month, day


class Killed(BaseException):
    """The machine is gone; whatever was not committed is, too."""


def closed(aged: Aged) -> None:
    with aged.unit.begin() as work:
        assert use_cases.close_next_month(work) == MONTH


def made(aged: Aged) -> None:
    closed(aged)
    with aged.unit.begin() as work:
        assert use_cases.make_anonymous(work, MONTH) is not None


def closed_and_gone(aged: Aged) -> None:
    with suppress(Killed), aged.unit.begin() as work:
        use_cases.close_next_month(work)
        raise Killed


def written_and_gone(aged: Aged) -> None:
    closed(aged)
    with suppress(Killed), aged.unit.begin() as work:
        use_cases.make_anonymous(work, MONTH)
        raise Killed


def forgetting_and_gone(aged: Aged) -> None:
    made(aged)
    with aged.unit.begin() as work:
        use_cases.let_beginners_be_forgotten(work, MONTH)


def dropped_and_gone(aged: Aged) -> None:
    made(aged)
    with suppress(Killed), aged.unit.begin() as work:
        use_cases.drop_month(work, MONTH)
        raise Killed


def all_of_it(aged: Aged) -> None:
    aged.run()


STEPS: Final = (closed_and_gone, closed, written_and_gone, made, forgetting_and_gone, dropped_and_gone, all_of_it)


@pytest.mark.parametrize("until", STEPS, ids=lambda step: step.__name__)
def test_what_was_broken_off_is_ended_by_whoever_comes_next(aged: Aged, until: Callable[[Aged], None]) -> None:
    a_month(aged)
    until(aged)
    aged.run()
    assert aged.rows(FIGURES) == [(162, 162, 0, 4, 25, 25, 0)]
    assert aged.value("SELECT sum(facts) FROM anonymous_facts") == 162
    assert aged.value("SELECT sum(facts) FROM rollups_of_months") == 162
    assert aged.value("SELECT count(*) FROM facts") == aged.value("SELECT count(*) FROM pseudonym_keys") == 0
    assert aged.value("SELECT to_regclass('facts_2024_11')") is None


def test_the_same_facts_in_another_order_give_the_same_digest(aged: Aged) -> None:
    digests: list[bytes] = []
    for _ in range(2):
        a_month(aged)
        if digests:
            # Rows that are written anew lie elsewhere.
            aged.owner.execute("UPDATE facts SET hour = 0 WHERE style = 'window-box'")
        aged.run()
        digests.append(aged.value("SELECT digest FROM anonymisations"))
        aged.empty()
    assert len(set(digests)) == 1


def test_of_two_who_take_on_a_month_at_once_one_does(aged: Aged) -> None:
    a_month(aged)
    closed(aged)

    def make(_: int) -> bool:
        with aged.unit.begin() as work:
            return use_cases.make_anonymous(work, MONTH) is not None

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(make, range(2))) == [False, True]
    aged.run()
    assert aged.rows(FIGURES) == [(162, 162, 0, 4, 25, 25, 0)]
    assert len(aged.rows(TOLD)) == 4


def test_who_leaves_while_a_month_is_closed_is_nobody_to_hide_among(aged: Aged) -> None:
    aged.happened(day(1), range(20))
    aged.happened(day(2), range(20, 41), style="acrylic-standee")
    aged.add_up()
    closed(aged)
    aged.owner.execute("DELETE FROM facts WHERE subject = decode(md5('2024-11-01 3'), 'hex')")
    aged.run()
    assert aged.rows(TOLD) == [(None, "figurine", "other", "other", "succeeded", 41, 41)]


def test_nothing_is_left_to_do_when_all_is_done(aged: Aged) -> None:
    a_month(aged)
    assert Anonymiser(unit=aged.unit).make_next_month_anonymous() == 1
    assert Anonymiser(unit=aged.unit).make_next_month_anonymous() == 0
