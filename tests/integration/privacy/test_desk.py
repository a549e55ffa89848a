"""What the operators' console is told: requests by deadline without whose they are, and what the last audit found."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.work import UnitOfWork
from privacy.domain import Kind
from privacy.domain.audits import AuditFinding
from privacy.repository import Work
from privacy.use_cases import requests
from tests.fakes.asking import Ask
from tests.integration.privacy.test_audits import file
from tests.integration.privacy.test_requests import ask_for


@pytest.fixture(autouse=True)
def _nothing_of_earlier_tests(privacy_dsn: str, admin_dsn: str) -> None:
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("TRUNCATE privacy.audits CASCADE")
        connection.execute("TRUNCATE privacy.requests CASCADE")


def test_open_requests_stand_by_deadline_with_who_has_not_answered(
    ask: Ask, unit: UnitOfWork[Work], clock: MovableClock, ada: UUID
) -> None:
    first = ask_for(unit, ada, Kind.ERASURE)
    clock.advance(timedelta(days=1))
    second = ask_for(unit, SYSTEM_CLOCK.new_id(), Kind.ACCESS)
    taken_back = ask_for(unit, SYSTEM_CLOCK.new_id(), think_again=timedelta(days=1))
    with unit.begin() as work:
        requests.cancel(work, taken_back.user_id, taken_back.id)
    status, told = ask("/v1/desk/requests", None)
    assert (status, told["open"]) == (200, 2)
    assert [each["id"] for each in told["items"]] == [str(first.id), str(second.id)]
    assert told["items"][0]["missing"] == sorted(told["items"][0]["services"])
    assert str(ada) not in str(told)


def test_a_copy_that_can_be_fetched_waits_for_nobody_here(
    ask: Ask, unit: UnitOfWork[Work], admin_dsn: str, ada: UUID
) -> None:
    request = ask_for(unit, ada, Kind.ACCESS)
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("UPDATE privacy.requests SET state = 'ready' WHERE id = %s", [request.id])
    assert ask("/v1/desk/requests", None) == (200, {"items": [], "open": 0})


def test_the_last_audit_is_told_with_all_it_found(ask: Ask, unit: UnitOfWork[Work]) -> None:
    found = AuditFinding(
        check_name="buckets", kind="bucket.public", severity="high", sentence="Close it.", place="uploads"
    )
    file(unit, SYSTEM_CLOCK.now() - timedelta(hours=2))
    last = file(unit, SYSTEM_CLOCK.now() - timedelta(hours=1), found, high=1)
    _, told = ask("/v1/desk/audit", None)
    assert (told["id"], told["stale"]) == (str(last), False)
    assert told["findings"] == [
        {
            "check_name": "buckets",
            "kind": "bucket.public",
            "severity": "high",
            "sentence": "Close it.",
            "place": "uploads",
        }
    ]


def test_where_nobody_audited_yet_that_is_said(ask: Ask) -> None:
    assert ask("/v1/desk/audit", None) == (200, {"id": None, "at": None, "stale": True, "findings": []})


@pytest.mark.parametrize("path", ["/v1/desk/requests", "/v1/desk/audit"])
def test_only_the_gateway_asks(ask: Ask, path: str) -> None:
    assert ask(path, None, audience="billing")[0] == 401
