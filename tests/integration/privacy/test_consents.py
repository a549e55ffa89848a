"""Consents on a real Postgres: one row and one event for each real change, whoever asks how often and when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import Event
from common.contracts.privacy import ConsentChanged
from common.database import Database
from common.work import UnitOfWork
from privacy import use_cases
from privacy.domain import HISTORY_SHOWN, PURPOSES, Consent, ConsentChange, How
from privacy.repository import Work
from tests.fakes.asking import Ask

POLICY = "2026-11-01"
GEMINI = "google_gemini"
MANY = 24


def say(unit: UnitOfWork[Work], user_id: UUID, purpose: str = GEMINI, *, granted: bool, how: How = How.API) -> Consent:
    with unit.begin() as work:
        return use_cases.change_consent(work, user_id, purpose, granted=granted, policy_version=POLICY, how=how)


def history(unit: UnitOfWork[Work], user_id: UUID, purpose: str = GEMINI) -> list[ConsentChange]:
    """Every change, the first one first."""
    with unit.begin() as work:
        changes = work.consents.history(user_id, each=1000)
    return [change for change in reversed(changes) if change.purpose == purpose]


def told(published: Callable[[], list[Event]], user_id: UUID) -> list[ConsentChanged]:
    return [event for event in published() if isinstance(event, ConsentChanged) and event.user_id == user_id]


def body(*, granted: bool) -> dict[str, object]:
    return {"granted": granted, "how": "api", "policy_version": POLICY}


def test_nobody_has_allowed_anything_before_she_says_so(ask: Ask, ada: UUID) -> None:
    status, answer = ask("/v1/consents", ada)
    assert status == 200
    assert [item["purpose"] for item in answer["items"]] == list(PURPOSES)
    assert {(item["changed_at"], len(item["history"])) for item in answer["items"]} == {(None, 0)}
    assert {item["purpose"] for item in answer["items"] if item["granted"]} == {"saved_photos", "analytics"}
    assert [item["granted"] for item in answer["items"]] == [item["until_withdrawn"] for item in answer["items"]]


def test_consent_is_given_and_taken_back_in_the_same_way_and_both_stay_on_record(ask: Ask, ada: UUID) -> None:
    path = f"/v1/consents/{GEMINI}"
    status, given = ask(path, ada, method="PUT", json={**body(granted=True), "how": "studio page"})
    assert (status, given["granted"]) == (200, True)
    status, taken = ask(path, ada, method="PUT", json=body(granted=False))
    assert (status, taken["granted"]) == (200, False)
    assert [(change["granted"], change["how"], change["policy_version"]) for change in taken["history"]] == [
        (False, "api", POLICY),
        (True, "studio page", POLICY),
    ]
    assert taken["changed_at"] == taken["history"][0]["changed_at"] > given["changed_at"]
    _, all_of_them = ask("/v1/consents", ada)
    assert all_of_them["items"][0] == taken


def test_the_same_word_again_is_neither_written_nor_told(
    unit: UnitOfWork[Work], ada: UUID, published: Callable[[], list[Event]]
) -> None:
    first = say(unit, ada, granted=True)
    again = say(unit, ada, granted=True, how=How.STUDIO_PAGE)
    assert again == first
    assert len(history(unit, ada)) == 1
    assert [event.granted for event in told(published, ada)] == [True]


def test_who_takes_back_what_she_never_gave_leaves_no_trace(
    unit: UnitOfWork[Work], ada: UUID, published: Callable[[], list[Event]]
) -> None:
    assert say(unit, ada, granted=False).changed_at is None
    assert (history(unit, ada), told(published, ada)) == ([], [])


@settings(max_examples=40)
@given(words=st.lists(st.booleans(), max_size=12), steps=st.lists(st.integers(-3, 3), min_size=12, max_size=12))
def test_after_any_words_at_any_clock_the_last_one_counts_and_the_events_are_the_history(
    database: Database, words: list[bool], steps: list[int]
) -> None:
    clock, ada = MovableClock(), SYSTEM_CLOCK.new_id()
    unit = UnitOfWork(service="privacy", database=database, build=Work, clock=clock)
    with database.begin() as connection:
        connection.execute("DELETE FROM outbox")
    for granted, step in zip(words, steps, strict=False):
        clock.advance(timedelta(seconds=step))
        say(unit, ada, granted=granted)
    changes = [word for before, word in pairwise([False, *words]) if word != before]
    kept = history(unit, ada)
    assert [change.granted for change in kept] == changes
    assert all(earlier.changed_at < later.changed_at for earlier, later in pairwise(kept))
    with database.begin() as connection:
        rows = connection.execute("SELECT convert_from(body, 'UTF8')::jsonb -> 'data' FROM outbox ORDER BY seq")
        events = [ConsentChanged.model_validate(data) for (data,) in rows.fetchall()]
    assert [(event.granted, event.changed_at) for event in events] == [(c.granted, c.changed_at) for c in kept]


def test_many_words_at_once_are_each_one_row_and_one_event_in_the_same_order(
    unit: UnitOfWork[Work], ada: UUID, published: Callable[[], list[Event]]
) -> None:
    with ThreadPoolExecutor(12) as people:
        words = [people.submit(say, unit, ada, granted=n % 2 == 0) for n in range(MANY)]
    assert all(word.exception() is None for word in words)
    kept = history(unit, ada)
    # Each row is a real change: the first gives, and no two neighbours say the same.
    assert kept[0].granted
    assert all(earlier.granted != later.granted for earlier, later in pairwise(kept))
    assert all(earlier.changed_at < later.changed_at for earlier, later in pairwise(kept))
    events = told(published, ada)
    assert [(event.granted, event.changed_at) for event in events] == [(c.granted, c.changed_at) for c in kept]


def test_the_same_word_many_times_at_once_is_one_change(
    unit: UnitOfWork[Work], ada: UUID, published: Callable[[], list[Event]]
) -> None:
    with ThreadPoolExecutor(12) as people:
        answers = list(people.map(lambda _: say(unit, ada, granted=True), range(MANY)))
    assert {answer.changed_at for answer in answers} == {history(unit, ada)[0].changed_at}
    assert len(told(published, ada)) == 1


def test_a_change_whose_transaction_fails_is_neither_kept_nor_told(
    unit: UnitOfWork[Work], ada: UUID, published: Callable[[], list[Event]]
) -> None:
    def break_off() -> None:
        with unit.begin() as work:
            use_cases.change_consent(work, ada, GEMINI, granted=True, policy_version=POLICY, how=How.API)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        break_off()
    assert (history(unit, ada), told(published, ada)) == ([], [])


def test_one_persons_word_is_nobody_elses(unit: UnitOfWork[Work], ask: Ask, ada: UUID) -> None:
    say(unit, ada, granted=True)
    say(unit, ada, "news", granted=True)
    grace = SYSTEM_CLOCK.new_id()
    _, answer = ask("/v1/consents", grace)
    assert not any(item["changed_at"] for item in answer["items"])
    _, hers = ask("/v1/consents", ada)
    assert [item["purpose"] for item in hers["items"] if item["changed_at"]] == [GEMINI, "news"]


def test_a_long_history_is_shown_from_its_end(unit: UnitOfWork[Work], ada: UUID) -> None:
    for n in range(HISTORY_SHOWN + 3):
        latest = say(unit, ada, granted=n % 2 == 0)
    assert len(latest.history) == HISTORY_SHOWN
    assert latest.history[0] == history(unit, ada)[-1]


@pytest.mark.parametrize("purpose", ["gemini", "GOOGLE_GEMINI", "%00", "..%2Fpromises"])
def test_what_cannot_be_allowed_is_not_found(ask: Ask, ada: UUID, purpose: str) -> None:
    status, answer = ask(f"/v1/consents/{purpose}", ada, method="PUT", json=body(granted=True))
    assert (status, answer["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"granted": "yes", "how": "api", "policy_version": POLICY},
        {"granted": 1, "how": "api", "policy_version": POLICY},
        {"granted": True, "how": "by post", "policy_version": POLICY},
        {"granted": True, "how": "api", "policy_version": ""},
        {"granted": True, "how": "api", "policy_version": "1999-01-01"},
        {"granted": True},
    ],
)
def test_a_word_that_is_unclear_is_refused(ask: Ask, ada: UUID, sent: dict[str, object]) -> None:
    status, answer = ask(f"/v1/consents/{GEMINI}", ada, method="PUT", json=sent)
    assert (status, answer["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_consents_are_for_people_who_are_signed_in(ask: Ask, method: str) -> None:
    path = "/v1/consents" if method == "GET" else f"/v1/consents/{GEMINI}"
    sent = None if method == "GET" else body(granted=True)
    assert ask(path, None, method=method, json=sent)[0] == 401


def test_a_change_that_was_made_cannot_be_made_different(unit: UnitOfWork[Work], database: Database, ada: UUID) -> None:
    say(unit, ada, granted=True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
        connection.execute("UPDATE consents SET granted = false WHERE user_id = %s", [ada])
    assert history(unit, ada)[0].granted
