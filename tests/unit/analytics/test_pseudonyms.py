"""Pseudonyms: the same for the same month, another for the next, and nothing without the key."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from analytics.domain import MONTHS_KEPT, Pseudonyms, day_of

KEY = bytes(range(32))
ADA = UUID("019ab000-0000-7000-8000-000000000001")
BOB = UUID("019ab000-0000-7000-8000-000000000002")
PSEUDONYMS = Pseudonyms(KEY)

days = st.dates(date(2020, 1, 1), date(2099, 12, 31))


def test_a_pseudonym_is_made_as_documented() -> None:
    month = hmac.new(KEY, b"person 2026-11", hashlib.sha256).digest()
    expected = hmac.new(month, ADA.bytes, hashlib.sha256).digest()[:16]
    assert PSEUDONYMS.of_person(ADA, date(2026, 11, 23)) == expected


def test_a_pseudonym_never_changes_its_form_or_old_rows_would_be_lost() -> None:
    assert PSEUDONYMS.of_person(ADA, date(2026, 11, 23)).hex() == "98dc7b4882d916803797696e8132c8aa"
    assert PSEUDONYMS.of_figurine(ADA).hex() == "cbc4007f2d8382f5f250031513807923"


@given(days)
def test_a_person_has_one_name_for_all_days_of_a_month_and_another_in_the_next(day: date) -> None:
    first = day.replace(day=1)
    assert PSEUDONYMS.of_person(ADA, day) == PSEUDONYMS.of_person(ADA, first)
    assert PSEUDONYMS.of_person(ADA, day) != PSEUDONYMS.of_person(ADA, first + timedelta(days=32))


def test_two_people_two_keys_and_a_figurine_never_share_a_name() -> None:
    day = date(2026, 11, 23)
    names = {
        PSEUDONYMS.of_person(ADA, day),
        PSEUDONYMS.of_person(BOB, day),
        PSEUDONYMS.of_figurine(ADA),
        Pseudonyms(KEY[::-1]).of_person(ADA, day),
    }
    assert len(names) == 4


@given(day=days, back=st.timedeltas(timedelta(0), timedelta(days=730)))
def test_everything_of_the_last_two_years_is_found_under_one_of_the_names(day: date, back: timedelta) -> None:
    assert PSEUDONYMS.of_person(ADA, day - back) in PSEUDONYMS.of_person_until(ADA, day)


@given(days)
def test_the_names_to_look_under_are_few_and_distinct(day: date) -> None:
    names = PSEUDONYMS.of_person_until(ADA, day)
    assert len(names) == len(set(names)) == MONTHS_KEPT


def test_the_day_is_that_of_utc_wherever_the_clock_stood() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert day_of(datetime(2026, 12, 1, 8, 59, tzinfo=tokyo)) == date(2026, 11, 30)
    assert day_of(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == date(2026, 11, 30)
