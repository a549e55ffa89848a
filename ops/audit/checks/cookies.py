"""Cookie flags: as the code sets them, as public answers carry them and, by hand, as a new visitor gets them."""

import ast
from collections.abc import Iterable, Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import httpx2

from common.clock import SYSTEM_CLOCK
from ops.audit import wire
from ops.audit.checks.pages import PATHS
from ops.audit.findings import Finding, Said, Severity, Unexamined
from ops.audit.target import NotExamined, Target

_SETTERS = frozenset({"set_cookie", "delete_cookie"})
_SAME_SITE = frozenset({"lax", "strict"})
# It can be owned by nobody (RFC 6761), and letters to it lead nowhere.
_DOMAIN = "audit.invalid"


def check(target: Target) -> list[Said]:
    """Read the code, then whatever cookies come along."""
    said = list(_in_code(target))
    try:
        stack = target.running
    except NotExamined as reason:
        return [*said, Unexamined(what="cookies of public answers", why=str(reason))]
    try:
        with httpx2.Client(base_url=stack.gateway, verify=wire.trusting(stack.ca), timeout=10) as visitor:
            said += [each for path in PATHS for each in _carried(visitor.get(path), path)]
            if target.by_hand:
                said += _of_a_visit(visitor)
    except httpx2.HTTPError as error:
        said.append(Unexamined(what="cookies of answers", why=f"the gateway does not answer ({type(error).__name__})"))
    return said


def _in_code(target: Target) -> Iterator[Said]:
    try:
        code = target.code
    except NotExamined as reason:
        yield Unexamined(what="how the code sets cookies", why=str(reason))
        return
    for file in sorted(code.rglob("*.py")):
        if any(setter in (text := file.read_text()) for setter in _SETTERS):
            yield from in_source(text, file.relative_to(code))


def in_source(text: str, file: Path) -> Iterator[Finding]:
    """Calls that set a cookie without all its flags, or under a name that browsers do not guard."""
    tree = ast.parse(text)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _SETTERS:
            given = {word.arg: word.value.value for word in call.keywords if isinstance(word.value, ast.Constant)}
            flags = {"Secure": given.get("secure"), "HttpOnly": given.get("httponly")}
            missing = [flag for flag, value in flags.items() if value is not True]
            if str(given.get("samesite", "")).lower() not in _SAME_SITE:
                missing.append("SameSite")
            yield from _lacking(missing, f"{file}:{call.lineno}")


def _carried(response: httpx2.Response, path: str) -> Iterator[Finding]:
    for header in response.headers.get_list("set-cookie"):
        for name, cookie in SimpleCookie(header).items():
            yield from _of_cookie(cookie, f"{name} of {path}")
            if not _is_for_host_only(name, cookie):
                yield Finding(
                    id="cookie.prefix",
                    severity=Severity.LOW,
                    sentence="Other hosts of the domain can set it; call it __Host-…, with Path=/ and no Domain.",
                    where=f"{name} of {path}",
                )


def _of_cookie(cookie: "Morsel[str]", where: str) -> Iterator[Finding]:
    missing = [flag for flag in ("Secure", "HttpOnly") if not cookie[flag.lower()]]
    if str(cookie["samesite"]).lower() not in _SAME_SITE:
        missing.append("SameSite")
    yield from _lacking(missing, where)


def _is_for_host_only(name: str, cookie: "Morsel[str]") -> bool:
    return name.startswith("__Host-") and cookie["path"] == "/" and not cookie["domain"]


def _lacking(flags: Iterable[str], where: str) -> Iterator[Finding]:
    missing = ", ".join(flags)
    if missing:
        yield Finding(
            id="cookie.flags",
            severity=Severity.HIGH,
            sentence=f"The cookie lacks {missing}; set Secure, HttpOnly and SameSite.",
            where=where,
        )


def _of_a_visit(visitor: httpx2.Client) -> list[Said]:
    """Open an account, sign in, look at the cookie, and have the account erased."""
    unknown = "the cookie of a session"
    person = {"email": f"visit-{SYSTEM_CLOCK.new_id()}@{_DOMAIN}", "password": f"audit {SYSTEM_CLOCK.new_id()}"}
    wanted = {**person, "name": "Audit", "adult": True, "policy_version": _policy_version(visitor)}
    opened = visitor.post("/v1/accounts", json=wanted)
    if not opened.is_success:
        return [Unexamined(what=unknown, why=f"no account could be opened ({opened.status_code})")]
    signed_in = visitor.post("/v1/sessions", json=person)
    if not signed_in.is_success:
        return [Unexamined(what=unknown, why=f"nobody could sign in ({signed_in.status_code})")]
    said: list[Said] = list(_carried(signed_in, "/v1/sessions"))
    if "set-cookie" not in signed_in.headers:
        said.append(Unexamined(what=unknown, why="signing in set none"))
    bearer = {"Authorization": f"Bearer {signed_in.json()['token']}"}
    wish = {"kind": "erasure", "password": person["password"]}
    erased = visitor.post("/v1/privacy/requests", json=wish, headers=bearer)
    if not erased.is_success:
        said.append(
            Unexamined(what=f"the account {person['email']}", why=f"it could not be erased ({erased.status_code})")
        )
    return said


def _policy_version(visitor: httpx2.Client) -> str:
    """The version that the page of signing up asks for."""
    return visitor.get("/signup").text.partition('data-policy-version="')[2].partition('"')[0]
