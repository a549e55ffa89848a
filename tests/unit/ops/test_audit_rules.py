"""What the audit makes of code, recipes and headers; each is broken on purpose, one thing at a time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.audit.checks import containers, cookies, grants, leaks, pages
from ops.audit.findings import Check, Finding, Said, Severity, Unexamined
from ops.audit.running import audit
from ops.audit.target import PROJECT, NotExamined, Target
from tests.fakes.spilled import SECRETS

COOKIE = 'response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="Lax")'
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=()",
    "server": "figurine",
}
CONTAINER = {
    "image": "figurine/billing",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}
RECIPE = (
    "FROM python AS runtime\nUSER 10001\nFROM runtime AS ops\nUSER root\nRUN x\nUSER 10001\nFROM runtime AS service\n"
)


def ids(said: list[Said] | list[Finding]) -> list[str]:
    return [each.id for each in said if isinstance(each, Finding)]


def test_a_cookie_with_all_its_flags_is_nothing_to_speak_of() -> None:
    assert list(cookies.in_source(COOKIE, Path("sessions.py"))) == []


@pytest.mark.parametrize(
    ("flag", "without", "name"),
    [
        ("secure=True, ", "", "Secure"),
        ("httponly=True", "httponly=False", "HttpOnly"),
        ('samesite="Lax"', 'samesite="None"', "SameSite"),
    ],
)
def test_a_cookie_set_without_a_flag_is_found_in_the_code(flag: str, without: str, name: str) -> None:
    (found,) = cookies.in_source(COOKIE.replace(flag, without), Path("sessions.py"))
    assert (found.id, found.where) == ("cookie.flags", "sessions.py:1")
    assert f"lacks {name};" in found.sentence


def test_the_studios_own_code_sets_its_cookies_with_all_their_flags() -> None:
    found = cookies.check(Target(services=PROJECT / "services"))
    assert ids(found) == []
    assert [each.what for each in found if isinstance(each, Unexamined)] == ["cookies of public answers"]


def broken_headers(headers: Mapping[str, str]) -> list[str]:
    return [rule.id for rule in pages.RULES if not rule.holds(headers)]


def test_a_page_with_every_header_is_nothing_to_speak_of() -> None:
    assert broken_headers(HEADERS) == []


@pytest.mark.parametrize(
    ("header", "value", "rule"),
    [
        ("content-security-policy", "frame-ancestors 'none'", "header.policy-missing"),
        ("content-security-policy", "script-src 'unsafe-inline'; frame-ancestors 'none'", "header.policy-loose"),
        ("content-security-policy", "default-src *; frame-ancestors 'none'", "header.policy-loose"),
        ("content-security-policy", "default-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
         "header.policy-loose"),
        ("content-security-policy", "default-src 'self'", "header.frames"),
        ("strict-transport-security", "max-age=60", "header.transport"),
        ("strict-transport-security", "", "header.transport"),
        ("x-content-type-options", "", "header.sniffing"),
        ("referrer-policy", "unsafe-url", "header.referrer"),
        ("permissions-policy", "", "header.permissions"),
        ("server", "gunicorn/27.0", "header.version"),
    ],
)  # fmt: skip
def test_a_page_that_lacks_a_header_is_found_by_that_header(header: str, value: str, rule: str) -> None:
    assert broken_headers({**HEADERS, header: value}) == [rule]


def test_a_container_without_rights_is_nothing_to_speak_of() -> None:
    assert list(containers.in_compose({"billing": CONTAINER})) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"user": "root"}, "container.root"),
        ({"user": "0:0"}, "container.root"),
        ({"read_only": False}, "container.writable"),
        ({"cap_drop": ["NET_RAW"]}, "container.capabilities"),
        ({"security_opt": []}, "container.privileges"),
        ({"privileged": True}, "container.privileged"),
        ({"ports": ["5432:5432"]}, "container.published"),
    ],
)
def test_a_container_that_may_more_is_found_by_what_it_may(change: dict[str, Any], rule: str) -> None:
    assert [found.id for found in containers.in_compose({"billing": {**CONTAINER, **change}})] == [rule]


def test_the_public_door_may_be_published_on_this_machine_only() -> None:
    here, everywhere = ({**CONTAINER, "ports": [f"{address}28443:8443"]} for address in ("127.0.0.1:", ""))
    assert list(containers.in_compose({"gateway": here})) == []
    assert [found.id for found in containers.in_compose({"gateway": everywhere})] == ["container.published"]


def test_an_exception_that_nothing_needs_any_more_is_a_finding() -> None:
    given = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    mended = {**given, "postgres": {**given["postgres"], "read_only": True}}
    before, after = (ids(list(containers.in_compose(services))) for services in (given, mended))
    assert after == [*before, "container.stale-exception"]


def test_an_image_that_runs_as_root_is_found() -> None:
    assert list(containers.in_recipe(RECIPE)) == []
    forgotten = RECIPE.replace("RUN x\nUSER 10001", "RUN x")
    assert [(found.id, found.where) for found in containers.in_recipe(forgotten)] == [("container.root", "ops")]


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_in_a_text_is_found_where_it_stands(kind: str) -> None:
    assert (kind, 2) in set(leaks.in_text(f"a line before\n{SECRETS[kind]}\n"))


@pytest.mark.parametrize(
    "harmless",
    [
        'token = "the-name-of-a-token-that-is-a-sentence"',
        "password = settings.database_password_of_the_service",
        "--hash=sha256:0684952aeae1f5dbfe02d46039338513b94009baecd15d8e4098a357c4c4a2a6",
        "secret = os.urandom(32)",
    ],
)
def test_what_only_sounds_like_a_secret_is_left_alone(harmless: str) -> None:
    assert list(leaks.in_text(harmless)) == []


def test_what_a_migration_takes_away_is_known_to_be_gone() -> None:
    rules = grants.append_only(PROJECT / "services")
    assert rules["billing", "entries"] == grants.Taken(frozenset({"UPDATE", "DELETE", "TRUNCATE"}))
    assert rules["privacy", "audit_findings"] == rules["billing", "entries"]
    assert rules["analytics", "tombstones"] == grants.Taken(frozenset({"DELETE", "TRUNCATE"}))


def test_what_a_later_migration_gives_back_may_be_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "toy" / "toy" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_first.sql").write_text("REVOKE UPDATE, DELETE, TRUNCATE ON marks, notes FROM toy;\n")
    (folder / "0002_then.sql").write_text(
        "GRANT UPDATE (told,\n    counted_at)\n    ON marks TO toy;\nGRANT UPDATE, DELETE, TRUNCATE ON notes TO toy;\n"
    )
    (folder / "0003_last.sql").write_text("REVOKE UPDATE (told) ON marks FROM toy;\n")
    rules = {key: taken for key, taken in grants.append_only(tmp_path).items() if key[0] == "toy"}
    forbidden = frozenset({"UPDATE", "DELETE", "TRUNCATE"})
    assert rules == {("toy", "marks"): grants.Taken(forbidden, frozenset({"counted_at"}))}


def outcome(run: Any) -> str:
    (one,) = audit(Target(), by="hand", checks=[Check(name="one", title="one", run=run)]).outcomes
    return one.result


def test_what_could_not_be_looked_at_is_never_called_passed() -> None:
    def cannot(_target: Target) -> list[Said]:
        raise NotExamined("it is not here")

    def breaks(_target: Target) -> list[Said]:
        raise ZeroDivisionError

    assert outcome(lambda _target: []) == "passed"
    assert outcome(cannot) == "not examined"
    assert outcome(breaks) == "not examined"
    assert outcome(lambda _target: [Unexamined(what="a part", why="it is away")]) == "partly examined"


@pytest.mark.parametrize(("severity", "failed"), [("high", True), ("medium", False), ("low", False)])
def test_only_a_serious_finding_fails_an_audit(severity: str, *, failed: bool) -> None:
    found = Finding(id="page.odd", severity=Severity(severity), sentence="Mend it.", where="/")
    made = audit(Target(), by="hand", checks=[Check(name="one", title="one", run=lambda _target: [found])])
    assert made.failed is failed
    assert made.counts[severity] == 1


def test_an_audit_without_anything_to_look_at_examines_nothing() -> None:
    made = audit(Target(feed="http://localhost:1"), by="hand")
    assert {one.result for one in made.outcomes} == {"not examined", "partly examined"}
    assert not made.failed
    assert len(made.as_json()["not_examined"]) >= len(made.outcomes)
