"""OpenID providers over HTTPS: what they publish about themselves, and who came back from one.

Every answer is bounded in time and size, no redirect is followed, and no proxy asked. What a provider publishes is kept
for an hour, and for a day where it is away; its keys are read anew when a token names one that is not known.
"""

import base64
import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlencode, urlsplit

import jwt
import structlog

from common.clock import Clock
from common.errors import Unavailable
from gateway.adapters.caller import Watch
from gateway.domain.providers import (
    ALGORITHMS,
    Arrival,
    Attempt,
    ClaimsRefused,
    NoSuchProvider,
    Provider,
    SignInOver,
    arrival_of,
    check_claims,
)

MOST_BYTES: Final = 256 * 1024
DEADLINE: Final = 8.0
FRESH_FOR: Final = timedelta(hours=1)
KEPT_FOR: Final = timedelta(days=1)
# Whoever makes up names of keys has them looked for no more often than this.
_KEYS_AT_MOST: Final = timedelta(seconds=10)
_OK: Final = 200
_PRIVATE: Final = "application/x-www-form-urlencoded"
log = structlog.get_logger(__name__)


class ProviderAway(Unavailable):
    """The provider does not answer right now. Try again in a moment, or sign in another way."""


@dataclass(frozen=True, slots=True)
class _Known:
    said: Mapping[str, Any]
    at: datetime


class Wire:
    """HTTPS to addresses that operators vouch for."""

    def __init__(self, *, ca_file: Path | None, deadline: float = DEADLINE) -> None:
        self._deadline = deadline
        self._tls = ssl.create_default_context()
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        if ca_file is not None:
            self._tls.load_verify_locations(ca_file)

    def ask(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> tuple[int, Mapping[str, Any]]:
        """Status and JSON object, empty where it is none. Raises ProviderAway."""
        parts = urlsplit(url)
        connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=self._deadline / 2, context=self._tls)
        try:
            connection.connect()
            watch = Watch(connection.sock, self._deadline)
            try:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                given = {"Accept": "application/json", "Connection": "close", **(headers or {})}
                connection.request(method, path, body=body, headers=given)
                response = connection.getresponse()
                said = response.read(MOST_BYTES + 1)
            finally:
                watch.cancel()
        except (OSError, HTTPException, ValueError) as error:
            raise ProviderAway from error
        finally:
            connection.close()
        # Cut off by the watch, an answer looks like one that is whole.
        if watch.is_over or len(said) > MOST_BYTES:
            raise ProviderAway
        return response.status, _object(said)


class Providers:
    """Those the settings name."""

    def __init__(self, providers: Sequence[Provider], *, public_url: str, clock: Clock, wire: Wire) -> None:
        self.all = tuple(providers)
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._wire = wire
        self._known: dict[str, _Known] = {}

    def get(self, provider_id: str) -> Provider:
        """Raises NoSuchProvider."""
        found = next((each for each in self.all if each.id == provider_id), None)
        if found is None:
            raise NoSuchProvider
        return found

    def address(self, provider: Provider, attempt: Attempt) -> str:
        """Where the browser goes. Raises ProviderAway."""
        endpoint = self._endpoint(provider, "authorization_endpoint")
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self._back_at(provider),
            "scope": " ".join(provider.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if attempt.again else {}),
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    def arrival(self, provider: Provider, code: str, attempt: Attempt) -> Arrival:
        """Who came back with this code. Raises SignInOver, ClaimsRefused, ProviderAway."""
        tokens = self._exchanged(provider, code, attempt)
        claims = self._signed(provider, str(tokens.get("id_token", "")))
        check_claims(provider, claims, attempt, self._clock.now())
        if "email" not in claims and "userinfo_endpoint" in self._document(provider):
            # A strict provider says no more in the token than who it is (OpenID Connect Core 1.0, section 5.4).
            claims = {**self._told(provider, claims["sub"], str(tokens.get("access_token", ""))), **claims}
        return arrival_of(provider, claims)

    def _exchanged(self, provider: Provider, code: str, attempt: Attempt) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back_at(provider),
            "code_verifier": attempt.verifier,
        }
        headers = {"Content-Type": _PRIVATE}
        ways = self._document(provider).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if provider.client_secret and "client_secret_basic" in ways:
            # Each half is encoded by itself (RFC 6749, section 2.3.1).
            pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = provider.client_id
            if provider.client_secret:
                form["client_secret"] = provider.client_secret
        endpoint = self._endpoint(provider, "token_endpoint")
        status, said = self._wire.ask("POST", endpoint, headers=headers, body=urlencode(form))
        if status == _OK:
            return said
        if said.get("error") == "invalid_grant":
            raise SignInOver
        log.warning("provider gives no token", provider=provider.id, status=status)
        raise ProviderAway

    def _told(self, provider: Provider, subject: str, access_token: str) -> Mapping[str, Any]:
        """What the provider says of the bearer of that token, if it is the same person."""
        headers = {"Authorization": f"Bearer {access_token}"}
        status, said = self._wire.ask("GET", self._endpoint(provider, "userinfo_endpoint"), headers=headers)
        if status != _OK:
            raise ProviderAway
        if said.get("sub") != subject:
            raise ClaimsRefused
        return {name: said[name] for name in said.keys() - {"iss", "aud", "sub"}}

    def _signed(self, provider: Provider, token: str) -> Mapping[str, Any]:
        """What an ID token says, once it is sure who signed it. Raises ClaimsRefused, ProviderAway."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise ClaimsRefused
            key = self._key(provider, header, anew=False) or self._key(provider, header, anew=True)
            if key is None:
                raise ClaimsRefused
            # What it says is checked by `check_claims`, by the studio's own clock.
            return _JWT.decode(token, key, algorithms=[header["alg"]])
        except (jwt.PyJWTError, ValueError, TypeError):
            raise ClaimsRefused from None

    def _key(self, provider: Provider, header: Mapping[str, Any], *, anew: bool) -> jwt.PyJWK | None:
        """The one key that may have signed it."""
        url = self._endpoint(provider, "jwks_uri")
        fresh_for = _KEYS_AT_MOST if anew else FRESH_FOR
        keys = self._kept(f"keys of {provider.id}", lambda: self._read_keys(url), fresh_for)
        fitting = [each for each in _usable(keys) if each.algorithm_name == header["alg"]]
        if "kid" in header:
            fitting = [each for each in fitting if each.key_id == header["kid"]]
        return fitting[0] if len(fitting) == 1 else None

    def _document(self, provider: Provider) -> Mapping[str, Any]:
        return self._kept(provider.id, lambda: self._discovered(provider), FRESH_FOR)

    def _discovered(self, provider: Provider) -> Mapping[str, Any]:
        said = self._read(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != provider.issuer:
            log.warning("provider calls itself by another issuer", provider=provider.id)
            raise ProviderAway
        return said

    def _endpoint(self, provider: Provider, name: str) -> str:
        url = self._document(provider).get(name)
        if not isinstance(url, str) or not url.startswith("https://"):
            log.warning("provider names no such endpoint", provider=provider.id, endpoint=name)
            raise ProviderAway
        return url

    def _read(self, url: str) -> Mapping[str, Any]:
        status, said = self._wire.ask("GET", url)
        if status != _OK or not said:
            raise ProviderAway
        return said

    def _read_keys(self, url: str) -> Mapping[str, Any]:
        said = self._read(url)
        # What is no set of keys is not kept in the place of one.
        if not _usable(said):
            raise ProviderAway
        return said

    def _kept(self, name: str, read: Callable[[], Mapping[str, Any]], fresh_for: timedelta) -> Mapping[str, Any]:
        known, now = self._known.get(name), self._clock.now()
        if known is not None and now - known.at < fresh_for:
            return known.said
        try:
            self._known[name] = _Known(read(), now)
        except ProviderAway:
            if known is None or now - known.at > KEPT_FOR:
                raise
            return known.said
        return self._known[name].said

    def _back_at(self, provider: Provider) -> str:
        return f"{self._public_url}/signin/from/{provider.id}"


_JWT: Final = jwt.PyJWT(
    options={
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "verify_aud": False,
        "verify_iss": False,
        "verify_sub": False,
        "verify_jti": False,
        "enforce_minimum_key_length": True,
    }
)


def _object(said: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _usable(keys: Mapping[str, Any]) -> list[jwt.PyJWK]:
    """Those that sign, and that are of a kind we know."""
    found: list[jwt.PyJWK] = []
    said = keys.get("keys")
    for each in cast("list[Any]", said) if isinstance(said, list) else []:
        try:
            key = jwt.PyJWK.from_dict(each)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            continue
        if key.public_key_use in {None, "sig"} and key.key_type != "oct":
            found.append(key)
    return found
