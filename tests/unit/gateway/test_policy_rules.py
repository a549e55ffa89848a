"""Which policies can have been read on a day, and how fast people are told of one."""

from datetime import date, timedelta

import pytest

from common.contracts.consents import POLICY_VERSIONS
from gateway.domain.people import UnknownPolicy, check_policy
from gateway.domain.policies import Pace

FIRST, SECOND = POLICY_VERSIONS[:2]


@pytest.mark.parametrize("version", ["", "2026-11-02", f"{FIRST} ", "latest", "9999-12-31"])
def test_nobody_signs_up_with_a_policy_that_never_was(version: str) -> None:
    with pytest.raises(UnknownPolicy):
        check_policy(version, date(2100, 1, 1))


def test_nobody_signs_up_with_a_policy_that_is_not_out_yet() -> None:
    out = date.fromisoformat(SECOND)
    assert check_policy(SECOND, out) == SECOND
    with pytest.raises(UnknownPolicy):
        check_policy(SECOND, out - timedelta(days=1))


def test_the_first_policy_can_be_read_whatever_the_clock_says() -> None:
    assert check_policy(FIRST, date(2020, 1, 1)) == FIRST


@pytest.mark.parametrize("per_minute", [1, 5, 12, 24, 600, 100_000])
def test_no_more_letters_are_written_in_a_minute_than_wanted(per_minute: int) -> None:
    pace = Pace(per_minute=per_minute)
    assert 1 <= pace.batch <= 500
    assert pace.batch / (pace.pause / timedelta(minutes=1)) == pytest.approx(per_minute)
