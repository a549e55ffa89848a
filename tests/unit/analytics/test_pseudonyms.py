"""Pseudonyms: the same for the same month, another for the next, and nothing without both halves of the key."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain import (
    MONTHS_KEPT,
    Pseudonyms,
    day_of,
    first_of_month,
    month_after,
    month_of_mark,
    months_kept,
    oldest_month_kept,
)
from common.clock import first_id

KEY, SALT = bytes(range(32)), bytes(range(32, 64))
ADA = UUID("019ab000-0000-7000-8000-000000000001")
BOB = UUID("019ab000-0000-7000-8000-000000000002")
PSEUDONYMS = Pseudonyms(KEY)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)

days = st.dates(date(2020, 1, 1), date(2099, 12, 31))


def digest(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def test_a_pseudonym_is_made_as_documented() -> None:
    month = digest(KEY, b"month 2026-11" + SALT)
    names = PSEUDONYMS.of_month(NOVEMBER, SALT)
    assert names.of_person(ADA) == digest(digest(month, b"person"), ADA.bytes)[:16]
    assert names.of_thing(ADA) == digest(digest(month, b"mark"), ADA.bytes)[:16]
    assert names.of_network("192.0.2.0/24") == digest(digest(month, b"network"), b"192.0.2.0/24")[:16]


def test_names_of_months_before_there_were_salts_are_still_found() -> None:
    names = PSEUDONYMS.of_month(NOVEMBER, None)
    assert names.of_person(ADA).hex() == "98dc7b4882d916803797696e8132c8aa"
    assert names.of_thing(ADA).hex() == "cbc4007f2d8382f5f250031513807923"


def test_two_people_two_months_two_keys_two_salts_a_day_and_a_figurine_never_share_a_name() -> None:
    names = [
        PSEUDONYMS.of_month(NOVEMBER, SALT).of_person(ADA),
        PSEUDONYMS.of_month(NOVEMBER, SALT).of_person(BOB),
        PSEUDONYMS.of_month(DECEMBER, SALT).of_person(ADA),
        PSEUDONYMS.of_month(NOVEMBER, SALT[::-1]).of_person(ADA),
        Pseudonyms(KEY[::-1]).of_month(NOVEMBER, SALT).of_person(ADA),
        PSEUDONYMS.of_day(NOVEMBER, SALT).of_person(ADA),
        PSEUDONYMS.of_month(NOVEMBER, SALT).of_thing(ADA),
        PSEUDONYMS.of_chooser(ADA),
        PSEUDONYMS.of_member(ADA),
    ]
    assert len(set(names)) == len(names)


@given(st.integers(0, 2**42))
def test_a_hidden_moment_comes_back_from_under_its_pad_and_fits_a_column(milliseconds: int) -> None:
    pad = PSEUDONYMS.of_month(NOVEMBER, SALT).pad(ADA)
    hidden = milliseconds ^ pad
    assert hidden ^ pad == milliseconds
    assert 0 <= hidden < 2**63


@given(day=days, back=st.timedeltas(timedelta(0), timedelta(days=730)))
def test_every_day_of_the_last_two_years_is_of_a_month_that_has_its_key(day: date, back: timedelta) -> None:
    assert first_of_month(day - back) in months_kept(day)


@given(days)
def test_the_months_kept_are_as_many_as_promised_and_the_oldest_is_the_last(day: date) -> None:
    months = months_kept(day)
    assert len(months) == len(set(months)) == MONTHS_KEPT
    assert (months[0], months[-1]) == (first_of_month(day), oldest_month_kept(day))


@given(day=days, count=st.integers(0, 40))
def test_months_follow_each_other(day: date, count: int) -> None:
    month = month_after(day, count)
    assert month.day == 1
    assert (month.year - day.year) * 12 + month.month - day.month == count


def test_a_thing_is_marked_by_the_month_of_its_id_whatever_day_is_told_of() -> None:
    made = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    thing = UUID(int=first_id(made).int | 7 << 76 | 2 << 62)
    assert {month_of_mark(thing, made.date() + timedelta(days=late)) for late in range(-31, 730)} == {NOVEMBER}


@pytest.mark.parametrize(
    "thing",
    [
        UUID("0b5b1c2e-9d3a-4c6e-8a54-6f1f3b0c7a11"),
        UUID("019ab000-0000-7000-8000-000000000001"),
        UUID("ffffffff-ffff-7fff-bfff-ffffffffffff"),
    ],
    ids=["of another version", "made long ago", "made after all time"],
)
def test_a_thing_whose_id_says_what_cannot_be_is_marked_by_the_day(thing: UUID) -> None:
    assert month_of_mark(thing, date(2031, 3, 9)) == date(2031, 3, 1)


def test_the_day_is_that_of_utc_wherever_the_clock_stood() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert day_of(datetime(2026, 12, 1, 8, 59, tzinfo=tokyo)) == date(2026, 11, 30)
    assert day_of(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == date(2026, 11, 30)
