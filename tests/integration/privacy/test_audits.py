"""Security audits as privacy keeps them: filed by who audits, once, and never changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.errors import InsufficientPrivilege
from pydantic import SecretStr

from common.clock import SYSTEM_CLOCK, MovableClock
from common.database import Database
from common.probes import Finding, Found, Look
from common.tokens import TokenIssuer
from common.web import create_app
from common.work import UnitOfWork
from ops.embedded.secrets import new_signing_key
from privacy.commands import show_audits
from privacy.domain.audits import Audit, AuditFinding, CheckResult
from privacy.jobs import forget_audits
from privacy.jobs.probes import look_at_the_last_audit
from privacy.repository import Work
from privacy.settings import Settings
from privacy.use_cases import audits
from privacy.wiring import build
from tests.fakes.asking import Ask
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY

# The toy's pair stands for the gateway's; this one for the auditor's.
AUDITOR_KEY = new_signing_key()


def public_half(key: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key  # noqa: PLC0415

    half = load_pem_private_key(key.encode(), password=None).public_key()
    return half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture(autouse=True)
def _without_audits_of_earlier_tests(privacy_dsn: str, admin_dsn: str) -> None:
    # The role of the service may not.
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("TRUNCATE privacy.audits CASCADE")


@pytest.fixture(scope="module")
def door(privacy_dsn: str) -> Iterator[FlaskClient]:
    service = build(
        Settings(
            mode="local",
            database_url=SecretStr(privacy_dsn),
            broker_url=SecretStr("amqp://localhost/unused"),
            token_public_key=PUBLIC_KEY,
            sealing_keys=SecretStr(f"1:{'A' * 43}="),
            audit_public_key=public_half(AUDITOR_KEY),
        )
    )
    yield create_app(service).test_client()
    service.unit.database.close()


def body(**changes: Any) -> dict[str, Any]:
    """An audit as `python -m ops.audit` files it."""
    finding = {"check": "buckets", "kind": "bucket.public", "sentence": "Close it.", "place": "uploads"}
    return {
        "id": str(SYSTEM_CLOCK.new_id()),
        "at": SYSTEM_CLOCK.now().isoformat(),
        "by": "schedule",
        "checks": [
            {"name": "buckets", "result": "findings", "seconds": 0.1},
            {"name": "static", "result": "not examined", "seconds": 0.0},
        ],
        "findings": [{**finding, "severity": "high"}, {**finding, "severity": "low"}],
        "not_examined": [{"check": "static", "what": "static", "why": "the source tree is not here"}],
        **changes,
    }


def hand_in(door: FlaskClient, audit: dict[str, Any], *, key: str = AUDITOR_KEY, issuer: str = "audit") -> int:
    token = TokenIssuer(key, issuer=issuer).issue(user_id=None, audience="privacy")
    return door.post("/v1/audits", json=audit, headers={"Authorization": f"Bearer {token}"}).status_code


def filed(database: Database) -> list[tuple[UUID, int, int, int]]:
    with database.begin() as connection:
        return connection.execute("SELECT id, high, medium, low FROM audits ORDER BY id").fetchall()


def file(unit: UnitOfWork[Work], at: datetime, *findings: AuditFinding, high: int = 0) -> UUID:
    audit = Audit(
        id=SYSTEM_CLOCK.new_id(),
        at=at,
        by="hand",
        high=high,
        medium=0,
        low=0,
        checks=[CheckResult(name="pages", result="passed"), CheckResult(name="leaks", result="not examined")],
    )
    with unit.begin() as work:
        audits.file_audit(work, audit, findings)
    return audit.id


def test_an_audit_is_filed_once_however_often_it_is_handed_in(door: FlaskClient, database: Database) -> None:
    audit = body()
    assert [hand_in(door, audit), hand_in(door, audit)] == [201, 201]
    assert filed(database) == [(UUID(audit["id"]), 1, 0, 1)]
    with database.begin() as connection:
        kept = connection.execute("SELECT number, check_name, kind, severity FROM audit_findings ORDER BY 1").fetchall()
    assert kept == [
        (1, "buckets", "bucket.public", "high"),
        (2, "buckets", "bucket.public", "low"),
        (3, "static", "not_examined", None),
    ]


def test_only_who_audits_files_audits_and_can_do_nothing_else(door: FlaskClient, ask: Ask, database: Database) -> None:
    assert hand_in(door, body(), key=new_signing_key()) == 401
    assert hand_in(door, body(), key=PRIVATE_KEY, issuer="gateway") == 401
    assert hand_in(door, body(), issuer="gateway") == 401
    assert door.post("/v1/audits", json=body()).status_code == 401
    token = TokenIssuer(AUDITOR_KEY, issuer="audit").issue(user_id=SYSTEM_CLOCK.new_id(), audience="privacy")
    assert door.get("/v1/requests", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    # A service that was given no auditor's key takes nobody's audit.
    assert ask("/v1/audits", None, method="POST", json=body())[0] == 401
    assert filed(database) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "2026-01-01T00:00:00"},
        {"at": (SYSTEM_CLOCK.now() + timedelta(hours=2)).isoformat()},
        {"by": "nobody"},
        {"checks": []},
        {"findings": [{"check": "x", "kind": "y", "severity": "dreadful", "sentence": "z", "place": "here"}]},
        {"findings": [{"check": "x", "kind": "y", "severity": "low", "sentence": "z\0", "place": "here"}]},
        {"not_examined": [{"check": "x", "what": "y", "why": "z" * 1001}]},
    ],
)
def test_what_is_no_audit_is_refused(door: FlaskClient, database: Database, changes: dict[str, Any]) -> None:
    assert hand_in(door, body(**changes)) == 400
    assert filed(database) == []


def test_an_audit_and_its_findings_can_be_neither_changed_nor_taken_away(door: FlaskClient, privacy_dsn: str) -> None:
    hand_in(door, body())
    with psycopg.connect(privacy_dsn, autocommit=True) as connection:
        for statement in (
            "UPDATE audits SET high = 0",
            "DELETE FROM audits",
            "UPDATE audit_findings SET severity = 'low'",
            "DELETE FROM audit_findings",
            "TRUNCATE audits, audit_findings",
            "SELECT forget_audits(now(), 100)",
        ):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement.encode())


def test_everybody_may_know_when_the_last_audit_was_and_nobody_what_it_found(ask: Ask, door: FlaskClient) -> None:
    nothing = {"last": None, "stale": True, "fresh_for_seconds": 172_800}
    assert ask("/v1/audits/latest", None) == (200, nothing)
    audit = body()
    hand_in(door, audit)
    hand_in(door, body(at=(SYSTEM_CLOCK.now() - timedelta(hours=1)).isoformat()))
    status, said = ask("/v1/audits/latest", None)
    assert (status, said["stale"], said["last"]["id"]) == (200, False, audit["id"])
    assert said["last"]["findings"] == {"high": 1, "medium": 0, "low": 1}
    assert said["last"]["checks"] == ["buckets", "static"]
    assert said["last"]["not_examined"] == ["static"]
    assert "Close it." not in str(said)


def test_an_audit_is_stale_after_two_days_and_so_is_one_from_the_future(
    unit: UnitOfWork[Work], clock: MovableClock
) -> None:
    file(unit, clock.now())
    clock.advance(timedelta(days=2))
    with unit.begin() as work:
        assert not audits.read_last_audit(work)[1]
    clock.advance(timedelta(seconds=1))
    with unit.begin() as work:
        assert audits.read_last_audit(work)[1]
    # The clock was set back.
    clock.advance(timedelta(days=-3))
    with unit.begin() as work:
        assert audits.read_last_audit(work)[1]


def seen(database: Database, clock: MovableClock) -> Finding:
    return look_at_the_last_audit(Look(database=database, clock=clock))


def test_the_promise_turns_red_by_a_serious_finding_and_green_by_an_audit_without(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    file(unit, clock.now())
    assert seen(database, clock).state is Found.KEPT
    clock.advance(timedelta(hours=1))
    file(unit, clock.now(), high=1)
    red = seen(database, clock)
    assert red.state is Found.BROKEN
    assert "2 checks, of which 1 could not see everything; 1 findings, of which 1 are serious" in red.checked
    clock.advance(timedelta(hours=1))
    file(unit, clock.now())
    assert seen(database, clock).state is Found.KEPT


def test_the_promise_turns_red_when_nobody_audits_any_more(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    # Just set up: the first audit is still to come.
    assert seen(database, clock).state is Found.NOT_APPLICABLE
    clock.advance(timedelta(days=3))
    assert seen(database, clock).state is Found.BROKEN
    file(unit, clock.now())
    assert seen(database, clock).state is Found.KEPT
    clock.advance(timedelta(days=2, seconds=1))
    assert seen(database, clock).state is Found.BROKEN
    # And an audit of a clock that ran ahead does not count for ever.
    clock.advance(timedelta(days=-4))
    assert seen(database, clock).state is Found.BROKEN


def test_audits_go_after_two_years_with_what_they_found(
    unit: UnitOfWork[Work], database: Database, admin_dsn: str, clock: MovableClock
) -> None:
    finding = AuditFinding(check_name="pages", kind="header.frames", severity="low", sentence="…", place="/")
    old, young = (file(unit, clock.now(), finding) for _ in range(2))
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("UPDATE privacy.audits SET filed_at = now() - interval '2 years 1 day' WHERE id = %s", [old])
    assert [forget_audits(unit), forget_audits(unit)] == [1, 0]
    # However far its own clock runs ahead, the service cannot make younger ones go.
    clock.advance(timedelta(days=5000))
    assert forget_audits(unit) == 0
    with database.begin() as connection:
        assert connection.execute("SELECT audit_id FROM audit_findings").fetchall() == [(young,)]


def test_an_operator_reads_every_finding(
    unit: UnitOfWork[Work], clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    show_audits(unit)
    assert "no audit yet" in capsys.readouterr().out
    found = AuditFinding(check_name="pages", kind="header.frames", severity="low", sentence="Mend it.", place="/studio")
    blind = AuditFinding(
        check_name="leaks", kind="not_examined", severity=None, sentence="the source tree is not here", place="leaks"
    )
    file(unit, clock.now(), found, blind)
    show_audits(unit)
    shown = capsys.readouterr().out
    assert "low    /studio: Mend it. [header.frames]" in shown
    assert "not examined: leaks: the source tree is not here" in shown
    assert "should have been made" not in shown
    clock.advance(timedelta(days=3))
    show_audits(unit)
    assert "should have been made" in capsys.readouterr().out
