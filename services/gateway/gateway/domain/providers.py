"""OpenID providers: how operators name them, and what has to be true of what one says about a person. Pure.

Rules from outside: OpenID Connect Core 1.0 (section 3.1.3.7 for the ID token), RFC 7636 (PKCE), RFC 9207 (`iss` in the
answer), RFC 9700 (best current practice for OAuth 2.0).
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from common.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from gateway.domain.tries import Digest, Limit

# How long somebody may be away at the provider, and how long what came of it waits for her answer.
ATTEMPT_LIFETIME: Final = timedelta(minutes=10)
# By how much the clocks of provider and studio may differ.
LEEWAY: Final = timedelta(seconds=60)
# What a signature may be made with: nothing that is made with the client's secret, and never none at all.
ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
LONGEST_SUBJECT: Final = 255

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
_KNOWN: Final = frozenset({"name", "issuer", "client_id", "client_secret_file", "scopes", "domains"})


class NoSuchProvider(NotFound):
    """Nobody signs in that way here."""


class SignInOver(Invalid):
    """This sign-in took too long, was finished already, or was begun in another browser. Begin again."""

    code = "sign_in_over"


class SignInDeclined(Unauthenticated):
    """The provider did not sign you in: it was called off there, or you are not to use the studio. Nothing was kept."""

    code = "sign_in_declined"


class ClaimsRefused(Unauthenticated):
    """What the provider said about you could not be checked. Begin again; if it happens twice, write to us."""

    code = "claims_refused"


class AddressUnverified(Forbidden):
    """The provider does not say that your e-mail address is your own. Confirm it there, then begin again."""


class AddressElsewhere(Forbidden):
    """With this provider only addresses of certain organisations get in, and yours is none of them."""


class IdentityTaken(Conflict):
    """That sign-in belongs to another account of the studio. Sign in with it there, or remove it there first."""


class NoSuchIdentity(NotFound):
    """There is no such way to sign in, or it is not yours."""


class LastWayIn(Conflict):
    """This is the last way into your account. Choose a password or add a passkey first, then remove it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider as the operators set it up; `domains` are those whose addresses get in, all of them where empty."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody on her way to a provider and back; only her browser keeps it, sealed.

    `again` is whether she is to show there once more that it is she; `next_page` where she goes afterwards.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    began_at: datetime
    next_page: str
    again: bool

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier (RFC 7636, S256)."""
        return base64.urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Who came back, as the provider says; `email` is empty where it says none."""

    provider: str
    issuer: str
    subject: str
    email: str
    verified: bool
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A way to sign in with a provider that somebody has; whom the provider means is kept as a keyed digest only."""

    id: UUID
    account_id: UUID
    provider: str
    linked_at: datetime
    last_used_at: datetime | None


def new_attempt(provider: Provider, now: datetime, *, next_page: str, again: bool) -> Attempt:
    """Three secrets of 256 bits each: that it is the same browser, the same token, and the same studio."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Attempt(
        provider=provider.id,
        state=state,
        nonce=nonce,
        verifier=verifier,
        began_at=now,
        next_page=next_page,
        again=again,
    )


def check_claims(provider: Provider, claims: Mapping[str, Any], attempt: Attempt, now: datetime) -> None:
    """Whether an ID token whose signature is right is for us, for this attempt, and for now. Raises ClaimsRefused."""
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    audience = claims.get("aud")
    named: list[object] = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []  # pyright: ignore[reportUnknownVariableType]
    made_at, until = _number(claims.get("iat")), _number(claims.get("exp"))
    sound = (
        claims.get("iss") == provider.issuer
        and provider.client_id in named
        # For several at once it has to say who asked for it; and where it says so, that is us.
        and claims.get("azp", provider.client_id if len(named) == 1 else None) == provider.client_id
        and hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode())
        and until > moment - leeway
        and attempt.began_at.timestamp() - leeway <= made_at <= moment + leeway
        and _number(claims.get("nbf", 0)) <= moment + leeway
        and 0 < len(_words(claims.get("sub"))) <= LONGEST_SUBJECT
    )
    # Whoever was to show once more that it is she has done so since, where the provider tells when that was.
    shown_at = _number(claims.get("auth_time", moment))
    if not sound or (attempt.again and shown_at < attempt.began_at.timestamp() - leeway):
        raise ClaimsRefused


def arrival_of(provider: Provider, claims: Mapping[str, Any]) -> Arrival:
    """Who it is, by claims that were checked."""
    return Arrival(
        provider=provider.id,
        issuer=provider.issuer,
        subject=_words(claims.get("sub")),
        email=_words(claims.get("email")).strip()[:LONGEST_SUBJECT],
        # Some providers write it as a word.
        verified=bool(_words(claims.get("email")).strip()) and claims.get("email_verified") in (True, "true"),
        name=_name_in(claims),
    )


def check_arrival(provider: Provider, arrival: Arrival) -> None:
    """Whether this provider lets people with such an address in. Raises AddressUnverified, AddressElsewhere."""
    if not provider.domains:
        return
    if not arrival.verified:
        raise AddressUnverified
    if arrival.email.rpartition("@")[2].casefold() not in provider.domains:
        raise AddressElsewhere


def door_limit(digest: Digest, network: str) -> Limit:
    """How often somebody may set out for a provider from one network, or come back."""
    return Limit(who=digest("providers", network), at_once=120, every=timedelta(seconds=1))


def once_limit(digest: Digest, state: str) -> Limit:
    """Each attempt is answered once; remembered for longer than it lives."""
    return Limit(who=digest("attempt", state), at_once=1, every=2 * ATTEMPT_LIFETIME)


def parse_providers(said: Mapping[str, object], secret_of: Callable[[str], str]) -> tuple[Provider, ...]:
    """Providers as a settings file names them, in its order; `secret_of` reads a file, or raises OSError.

    Raises ValueError with every fault, one a line.
    """
    faults: list[str] = []
    found: list[Provider] = []
    for provider_id, each in said.items():
        if not isinstance(each, dict):
            faults.append(f"{provider_id} is no table; begin it with [{provider_id}]")
            continue
        told: dict[str, Any] = each  # pyright: ignore[reportUnknownVariableType] - whatever the file says
        wrong = [*_faults_of(provider_id, told)]
        secret = ""
        if "client_secret_file" in told:
            secret, fault = _secret(str(told["client_secret_file"]), secret_of)
            wrong += [f"client_secret_file {fault}"] if fault else []
        faults += [f"{provider_id}: {fault}" for fault in wrong]
        if not wrong:
            found.append(_provider(provider_id, told, secret))
    twice = {each.issuer for each in found if sum(other.issuer == each.issuer for other in found) > 1}
    faults += [f"{issuer} is the issuer of two of them" for issuer in sorted(twice)]
    if faults:
        raise ValueError("; ".join(faults))
    return tuple(found)


def _faults_of(provider_id: str, said: Mapping[str, Any]) -> list[str]:
    faults = [f"{name} is no setting" for name in sorted(said.keys() - _KNOWN)]
    if not _ID.fullmatch(provider_id):
        faults.append("the id has small letters, digits and dashes only, 31 at most, and begins with a letter")
    for name in ("name", "issuer", "client_id"):
        if not _words(said.get(name)).strip():
            faults.append(f"{name} is missing")
    issuer = urlsplit(_words(said.get("issuer")))
    if issuer.geturl() and (issuer.scheme != "https" or not issuer.hostname or issuer.query or issuer.fragment):
        faults.append("issuer needs https:// and a host, and nothing after ? or #")
    return faults + _faults_of_lists(said)


def _faults_of_lists(said: Mapping[str, Any]) -> list[str]:
    faults: list[str] = []
    scopes, domains = said.get("scopes", ["openid"]), said.get("domains", [])
    if not _are_words(scopes) or "openid" not in scopes:
        faults.append("scopes is a list of words, with openid among them")
    if not _are_words(domains) or not all(_DOMAIN.fullmatch(each) for each in domains):
        faults.append('domains is a list like ["example.org"], in small letters')
    return faults


def _provider(provider_id: str, said: Mapping[str, Any], secret: str) -> Provider:
    return Provider(
        id=provider_id,
        name=said["name"].strip(),
        issuer=said["issuer"],
        client_id=said["client_id"],
        client_secret=secret,
        domains=frozenset(said.get("domains", ())),
        **({"scopes": tuple(said["scopes"])} if "scopes" in said else {}),
    )


def _secret(name: str, secret_of: Callable[[str], str]) -> tuple[str, str]:
    try:
        secret = secret_of(name).strip()
    except (OSError, UnicodeDecodeError):
        return "", "cannot be read"
    return secret, "" if secret else "is empty"


def _name_in(claims: Mapping[str, Any]) -> str:
    whole = " ".join(filter(None, (_words(claims.get(part)).strip() for part in ("given_name", "family_name"))))
    for each in (_words(claims.get("name")), whole, _words(claims.get("preferred_username"))):
        name = " ".join("".join(letter if letter.isprintable() else " " for letter in each).split())
        if name:
            return name[:80]
    return _words(claims.get("email")).partition("@")[0][:80]


def _words(said: object) -> str:
    return said if isinstance(said, str) else ""


def _number(said: object) -> float:
    """A moment in seconds; long ago for what is none."""
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else float("-inf")


def _are_words(said: object) -> bool:
    words: list[object] = said if isinstance(said, list) else [None]  # pyright: ignore[reportUnknownVariableType]
    return all(isinstance(each, str) and each for each in words)
