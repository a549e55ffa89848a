"""Headers and cookies as they come over the wire, from a gateway that does one thing wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import trustme

from ops.audit.checks import cookies, pages
from ops.audit.findings import Finding, Said, Unexamined
from ops.audit.target import NotExamined, Target
from tests.integration.ops.audit import doors

GOOD = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=()",
}
COOKIE = "__Host-session=secret; Path=/; Secure; HttpOnly; SameSite=Lax"
FORM = b'<form data-policy-version="2026-11-27">'


def ids(said: list[Said]) -> list[str]:
    return [each.id for each in said if isinstance(each, Finding)]


class Gateway:
    """Answers like one; `cookie` is what signing in sets, `asked` what was asked of it."""

    def __init__(self, *, cookie: str | None = COOKIE, erases: bool = True) -> None:
        self.cookie = cookie
        self.erases = erases
        self.asked: list[str] = []

    def __call__(self, method: str, path: str) -> tuple[int, Mapping[str, str], bytes]:
        self.asked.append(f"{method} {path}")
        match method, path:
            case "POST", "/v1/sessions":
                return 201, {"Set-Cookie": self.cookie} if self.cookie else {}, b'{"token": "secret"}'
            case "POST", "/v1/privacy/requests":
                return (202 if self.erases else 503), {}, b"{}"
            case "POST", _:
                return 201, {}, b"{}"
            case _:
                return 200, GOOD, FORM


def visit(gateway: Gateway, authority: trustme.CA, ca: Path) -> list[Said]:
    with doors.site(gateway, doors.identity(authority)) as url:
        return cookies.check(Target(stack=doors.stack_at(url, ca), services=Path("/nowhere"), by_hand=True))


def test_one_kind_of_page_without_a_header_is_found(authority: trustme.CA, ca: Path) -> None:
    def respond(_method: str, path: str) -> tuple[int, Mapping[str, str], bytes]:
        lacking = {name: value for name, value in GOOD.items() if name != "Referrer-Policy"}
        return 200, lacking if path == "/v1/styles" else GOOD, b""

    with doors.site(respond, doors.identity(authority)) as url:
        (found,) = pages.check(Target(stack=doors.stack_at(url, ca)))
    assert isinstance(found, Finding)
    assert (found.id, found.where) == ("header.referrer", "/v1/styles")


def test_a_gateway_that_is_away_was_not_examined(ca: Path) -> None:
    target = Target(stack=doors.stack_at("https://localhost:1", ca), services=Path("/nowhere"))
    with pytest.raises(NotExamined, match="does not answer"):
        pages.check(target)
    assert [type(each) for each in cookies.check(target)] == [Unexamined]


def test_a_visitor_opens_an_account_looks_at_her_cookie_and_leaves_nothing(authority: trustme.CA, ca: Path) -> None:
    gateway = Gateway()
    assert visit(gateway, authority, ca) == []
    assert gateway.asked[-3:] == ["POST /v1/accounts", "POST /v1/sessions", "POST /v1/privacy/requests"]


@pytest.mark.parametrize(
    ("cookie", "found"),
    [
        (COOKIE.replace("; Secure", ""), ["cookie.flags"]),
        (COOKIE.replace("; HttpOnly", ""), ["cookie.flags"]),
        (COOKIE.replace("SameSite=Lax", "SameSite=None"), ["cookie.flags"]),
        (COOKIE.replace("__Host-", ""), ["cookie.prefix"]),
    ],
)
def test_a_cookie_of_a_session_that_lacks_something_is_found(
    authority: trustme.CA, ca: Path, cookie: str, found: list[str]
) -> None:
    assert ids(visit(Gateway(cookie=cookie), authority, ca)) == found


@pytest.mark.parametrize("gateway", [Gateway(cookie=None), Gateway(erases=False)], ids=["no cookie", "no erasure"])
def test_what_a_visit_could_not_do_was_not_examined(authority: trustme.CA, ca: Path, gateway: Gateway) -> None:
    assert [type(each) for each in visit(gateway, authority, ca)] == [Unexamined]


def test_nobody_opens_an_account_on_schedule(authority: trustme.CA, ca: Path) -> None:
    gateway = Gateway()
    with doors.site(gateway, doors.identity(authority)) as url:
        assert cookies.check(Target(stack=doors.stack_at(url, ca), services=Path("/nowhere"))) == []
    assert not any(asked.startswith("POST") for asked in gateway.asked)
