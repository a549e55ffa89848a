"""Many accounts from one neighbourhood of addresses are told of once, without an address; a look at it is told, too."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import EVENTS, decode
from common.contracts.analytics import AnomalyDetected, AnomalyEnded
from common.work import UnitOfWork
from gateway.domain.crowds import RATE, NoSuchCrowd, neighbourhood_of
from gateway.domain.staff import Shell
from gateway.jobs import Bell
from gateway.repository import Work
from gateway.use_cases import crowds, people
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, Studio, sign_up_body

LIMIT = 3
REASON = "To see whether one person opened them all"
_NUMBERS = itertools.count(1)


# No test begins before midnight and ends after it.
NOON = datetime.combine(SYSTEM_CLOCK.now().date() - timedelta(days=1), time(12), UTC)


def at(studio: Studio, *, days_later: int = 0) -> UnitOfWork[Work]:
    return replace(studio.service.unit, clock=MovableClock(NOON + timedelta(days=days_later)))


def open_accounts(studio: Studio, *addresses: str) -> list[UUID]:
    with at(studio).begin() as work:
        requests = [
            people.SignUp(
                email=f"crowd-{next(_NUMBERS)}@example.org",
                name="Ada",
                password_hash="none",
                adult=True,
                policy_version="2026-11-01",
            )
            for _ in addresses
        ]
        return [
            people.sign_up(work, request, address=address).id
            for request, address in zip(requests, addresses, strict=True)
        ]


def notice(studio: Studio, *, days_later: int = 0) -> list[AnomalyDetected | AnomalyEnded]:
    """What the job tells when it comes by."""
    before = told(studio)
    with at(studio, days_later=days_later).begin() as work:
        crowds.notice(work, limit=LIMIT)
    return told(studio)[len(before) :]


def told(studio: Studio) -> list[AnomalyDetected | AnomalyEnded]:
    with studio.service.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox WHERE type LIKE 'anomaly.%' ORDER BY seq").fetchall()
    events = [decode(body, EVENTS).event for (body,) in rows]
    return [event for event in events if isinstance(event, AnomalyDetected | AnomalyEnded)]


def test_a_crowd_is_told_once_and_is_over_when_its_day_is(studio: Studio) -> None:
    open_accounts(studio, *(f"203.0.113.{n}" for n in range(1, 5)), "198.51.100.1")
    (found,) = notice(studio)
    assert isinstance(found, AnomalyDetected)
    assert (found.rate, found.value, found.expected) == (RATE, 4, LIMIT)
    assert "203.0.113" not in found.model_dump_json()
    open_accounts(studio, "203.0.113.9")
    assert notice(studio) == []
    (ended,) = notice(studio, days_later=1)
    assert isinstance(ended, AnomalyEnded)
    assert ended.anomaly_id == found.anomaly_id
    assert notice(studio, days_later=1) == []


def test_from_where_an_account_is_opened_is_noted_at_the_door(studio: Studio) -> None:
    body, where = sign_up_body(f"crowd-{next(_NUMBERS)}@example.org"), {"REMOTE_ADDR": "203.0.113.1"}
    made = studio.client().post("/v1/accounts", json=body, base_url=ORIGIN, environ_base=where)
    with studio.service.unit.database.begin() as connection:
        noted = connection.execute(
            "SELECT count(*) FROM account_origins WHERE account_id = %s", [made.get_json()["id"]]
        ).fetchall()
    assert noted == [(1,)]


def test_strangers_to_each_other_are_no_crowd(studio: Studio) -> None:
    open_accounts(studio, *(f"203.0.{n}.1" for n in range(1, 6)))
    assert notice(studio) == []


def test_the_last_minutes_of_a_day_are_looked_at_on_the_next(studio: Studio) -> None:
    open_accounts(studio, *["2001:db8:1::1"] * 4)
    found, ended = notice(studio, days_later=1)
    assert (found.rate, ended.anomaly_id) == (RATE, found.anomaly_id)


def test_operators_get_a_mail_without_an_address_and_may_look_with_a_reason(studio: Studio) -> None:
    (first, *_) = opened = open_accounts(studio, *(f"203.0.113.{n}" for n in range(1, 5)))
    (found,) = notice(studio)
    studio.carry()
    post = PostOffice(studio.service.unit)
    Bell(unit=studio.service.unit, mailer=post, to="ops@example.org", page="/promises", figures="/operator").ring()
    (letter,) = post.boxes["ops@example.org"]
    assert letter.subject == f"Unusual: {RATE}"
    assert "/operator" in letter.text
    assert "203.0.113" not in letter.text
    with studio.service.unit.begin() as work:
        looked = crowds.look(work, Shell(handle="mira"), found.anomaly_id, reason=REASON)
    assert [(each.account_id, each.address) for each in looked] == [
        (account_id, f"203.0.113.{n}") for n, account_id in enumerate(opened, 1)
    ]
    with studio.service.unit.begin() as work:
        (line,) = work.access_log.of(first, limit=5)
    assert (line.operator, line.reason) == ("mira", REASON)


def test_a_look_at_nothing_is_refused(studio: Studio) -> None:
    with pytest.raises(NoSuchCrowd), studio.service.unit.begin() as work:
        crowds.look(work, Shell(handle="mira"), SYSTEM_CLOCK.new_id(), reason=REASON)


def test_whoever_leaves_takes_her_origin_along(studio: Studio) -> None:
    (ada,) = open_accounts(studio, "203.0.113.1")
    with studio.service.unit.database.begin() as connection:
        kept = connection.execute("SELECT address FROM account_origins WHERE account_id = %s", [ada]).fetchall()
        connection.execute("DELETE FROM accounts WHERE id = %s", [ada])
        left = connection.execute("SELECT FROM account_origins WHERE account_id = %s", [ada]).fetchall()
    assert b"203.0.113" not in bytes(kept[0][0])
    assert left == []


@given(address=st.ip_addresses())
def test_every_address_has_a_neighbourhood_it_is_in(address: object) -> None:
    assert neighbourhood_of(str(address)).endswith(("/24", "/48"))
