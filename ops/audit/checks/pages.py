"""Security headers of the public pages and answers (OWASP HTTP Headers cheat sheet)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx2

from ops.audit import wire
from ops.audit.findings import Finding, Said, Severity
from ops.audit.target import NotExamined, Target

# One of every kind: pages, a file, an answer of the API, a refusal.
PATHS = ("/", "/signin", "/signup", "/studio", "/privacy", "/static/css/page.css", "/v1/styles", "/audit/nothing-here")
_HALF_A_YEAR = 15_552_000
_REFERRERS = frozenset({"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"})
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One header: what is wrong where `holds` says no."""

    id: str
    severity: Severity
    holds: Callable[[Headers], bool]
    sentence: str


def _directives(headers: Headers) -> dict[str, list[str]]:
    policy = headers.get("content-security-policy", "")
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name.lower(): values for name, *values in parts}


def _has_policy(headers: Headers) -> bool:
    return bool({"default-src", "script-src"} & _directives(headers).keys())


def _runs_own_scripts_only(headers: Headers) -> bool:
    said = _directives(headers)
    risky = {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"}
    scripts, styles = (said.get(name, said.get("default-src", [])) for name in ("script-src", "style-src"))
    return not risky & set(scripts) and "'unsafe-inline'" not in styles


def _is_framed_by_nobody(headers: Headers) -> bool:
    return _directives(headers).get("frame-ancestors") in (["'none'"], ["'self'"])


def _insists_on_tls(headers: Headers) -> bool:
    said = headers.get("strict-transport-security", "")
    age = next((part.partition("=")[2].strip('"') for part in said.lower().split(";") if "max-age" in part), "")
    return age.isdecimal() and int(age) >= _HALF_A_YEAR


def _says_nothing_of_versions(headers: Headers) -> bool:
    return not any(digit.isdecimal() for name in ("server", "x-powered-by") for digit in headers.get(name, ""))


RULES = (
    Rule(
        id="header.policy-missing",
        severity=Severity.HIGH,
        holds=_has_policy,
        sentence="There is no Content-Security-Policy that says where scripts come from; send one.",
    ),
    Rule(
        id="header.policy-loose",
        severity=Severity.HIGH,
        holds=_runs_own_scripts_only,
        sentence="The Content-Security-Policy lets scripts or styles in that are not the studio's own; "
        "take 'unsafe-inline', 'unsafe-eval' and wildcards out.",
    ),
    Rule(
        id="header.frames",
        severity=Severity.MEDIUM,
        holds=_is_framed_by_nobody,
        sentence="Other sites may show this in a frame; send frame-ancestors 'none'.",
    ),
    Rule(
        id="header.transport",
        severity=Severity.MEDIUM,
        holds=_insists_on_tls,
        sentence="Browsers are not told to come back over TLS only; send Strict-Transport-Security for half a year.",
    ),
    Rule(
        id="header.sniffing",
        severity=Severity.MEDIUM,
        holds=lambda headers: headers.get("x-content-type-options", "").lower() == "nosniff",
        sentence="Browsers may guess what this is; send X-Content-Type-Options: nosniff.",
    ),
    Rule(
        id="header.referrer",
        severity=Severity.LOW,
        holds=lambda headers: headers.get("referrer-policy", "").lower() in _REFERRERS,
        sentence="Where people come from is told to other sites; send Referrer-Policy: no-referrer.",
    ),
    Rule(
        id="header.permissions",
        severity=Severity.LOW,
        holds=lambda headers: "camera=()" in headers.get("permissions-policy", "").replace(" ", ""),
        sentence="Nothing says that camera, microphone and place are not used; send Permissions-Policy.",
    ),
    Rule(
        id="header.version",
        severity=Severity.LOW,
        holds=_says_nothing_of_versions,
        sentence="The answer names the version of the server; leave it out.",
    ),
)


def check(target: Target) -> list[Said]:
    """Ask for one of every kind of answer, and read its headers."""
    stack = target.running
    try:
        with httpx2.Client(base_url=stack.gateway, verify=wire.trusting(stack.ca), timeout=10) as visitor:
            return [each for path in PATHS for each in _of(path, visitor.get(path).headers)]
    except httpx2.HTTPError as error:
        message = f"the gateway does not answer ({type(error).__name__})"
        raise NotExamined(message) from None


def _of(path: str, headers: Headers) -> Iterator[Said]:
    for rule in RULES:
        if not rule.holds(headers):
            yield Finding(id=rule.id, severity=rule.severity, sentence=rule.sentence, where=path)
