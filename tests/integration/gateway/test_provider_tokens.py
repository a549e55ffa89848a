"""What an OpenID provider says, on the wire: what is believed, and what is not, whoever signed it."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from common.clock import MovableClock
from gateway.adapters.providers import ProviderAway, Providers, Wire
from gateway.domain.providers import (
    Arrival,
    Attempt,
    ClaimsRefused,
    Provider,
    SignInOver,
    new_attempt,
)
from tests.fakes.provider import CLIENT, SECRET, FakeProvider, providing


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeProvider]:
    with providing(Path(tmp_path_factory.mktemp("tokens"))) as fake:
        yield fake


@pytest.fixture
def fake(_running: FakeProvider) -> FakeProvider:
    """A provider that tells the truth, so far."""
    _running.instead.clear()
    _running.claims.clear()
    _running.header.clear()
    _running.asked.clear()
    _running.told_apart, _running.made_up = False, None
    return _running


class Door:
    """The studio's side."""

    def __init__(self, fake: FakeProvider, *, deadline: float = 8.0, **changes: Any) -> None:
        self.fake, self.clock = fake, MovableClock()
        fake.now = lambda: self.clock.now().timestamp()
        said: dict[str, Any] = {"client_id": CLIENT, "client_secret": SECRET, "issuer": fake.issuer, **changes}
        self.provider = Provider(id="company", name="Example Company", **said)
        wire = Wire(ca_file=fake.ca_file, deadline=deadline)
        self.providers = Providers([self.provider], public_url="https://studio.example", clock=self.clock, wire=wire)
        self.verifier: str | None = None

    def attempt(self, *, again: bool = False) -> Attempt:
        return new_attempt(self.provider, self.clock.now(), next_page="/studio", again=again)

    def there_and_back(self, attempt: Attempt | None = None, **person: Any) -> Arrival:
        attempt = attempt or self.attempt()
        address = self.providers.address(self.provider, attempt)
        back = self.fake.sign_in(address, **{"sub": "Ada", "email": "ada@example.org", **person})
        code = parse_qs(urlsplit(back).query)["code"][0]
        return self.providers.arrival(self.provider, code, attempt)


@pytest.fixture
def door(fake: FakeProvider) -> Door:
    return Door(fake)


def test_who_came_back_is_read_from_a_signed_token(door: Door) -> None:
    arrival = door.there_and_back(email_verified=True, given_name="Ada", family_name="Lovelace")
    assert (arrival.subject, arrival.email, arrival.verified) == ("Ada", "ada@example.org", True)
    assert (arrival.name, arrival.issuer) == ("Ada Lovelace", door.fake.issuer)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"aud": None},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "9999999999"},
        {"iat": None},
        {"iat": 1},
        {"iat": 9_999_999_999},
        {"nbf": 9_999_999_999},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_token_for_somebody_else_or_for_another_time_is_not_believed(door: Door, lie: dict[str, Any]) -> None:
    door.fake.claims = lie
    with pytest.raises(ClaimsRefused):
        door.there_and_back()
    door.fake.claims = {}
    assert door.there_and_back().subject == "Ada"


@pytest.mark.parametrize(("seconds", "believed"), [(-55, True), (55, True), (-65, False), (365, False)])
def test_clocks_may_differ_by_a_minute_and_no_more(door: Door, *, seconds: int, believed: bool) -> None:
    attempt = door.attempt()
    # It has signed in, and its clock is that much ahead of ours, or that far behind.
    door.fake.now = lambda: door.clock.now().timestamp() - seconds
    if believed:
        assert door.there_and_back(attempt).subject == "Ada"
        return
    with pytest.raises(ClaimsRefused):
        door.there_and_back(attempt)


def unsigned(claims: dict[str, Any]) -> str:
    parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode(), b""]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def by_the_secret(key: bytes) -> Callable[[dict[str, Any]], str]:
    """Signed with something that is known to more than the provider."""

    def made(claims: dict[str, Any]) -> str:
        head = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in ({"alg": "HS256"}, claims)
        )
        return f"{head}.{base64.urlsafe_b64encode(hmac.digest(key, head.encode(), 'sha256')).rstrip(b'=').decode()}"

    return made


def test_what_is_not_signed_by_one_of_the_providers_own_keys_is_not_believed(door: Door, fake: FakeProvider) -> None:
    public = fake.keys[0].private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    true = fake.signed

    def cut(claims: dict[str, Any]) -> str:
        return true(claims)[:-8] + "AAAAAAAA"

    def nonsense(claims: dict[str, Any]) -> str:
        return "no.token.at-all"

    def other_words(claims: dict[str, Any]) -> str:
        head, _, signature = true(claims).split(".")
        said = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "Eve"}).encode()).rstrip(b"=").decode()
        return f"{head}.{said}.{signature}"

    for made in (unsigned, by_the_secret(SECRET.encode()), by_the_secret(public), cut, nonsense, other_words):
        fake.made_up = made
        with pytest.raises(ClaimsRefused):
            door.there_and_back()
    fake.made_up, fake.header = None, {"kid": "a key nobody knows"}
    with pytest.raises(ClaimsRefused):
        door.there_and_back()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_each_kind_of_signature_is_known_and_new_keys_are_looked_for_once_in_a_while(
    fake: FakeProvider, algorithm: str
) -> None:
    door = Door(fake)
    door.there_and_back()
    fake.rotate(algorithm)
    with pytest.raises(ClaimsRefused):
        door.there_and_back()
    assert fake.asked.count("/keys") == 1
    door.clock.advance(timedelta(seconds=11))
    assert door.there_and_back().subject == "Ada"
    assert fake.asked.count("/keys") == 2


def test_a_code_is_of_use_with_the_secret_of_its_own_attempt_only(door: Door) -> None:
    attempt, other = door.attempt(), door.attempt()
    back = door.fake.sign_in(door.providers.address(door.provider, attempt), sub="Ada")
    code = parse_qs(urlsplit(back).query)["code"][0]
    with pytest.raises(SignInOver):
        door.providers.arrival(door.provider, code, other)


def test_whoever_is_to_show_once_more_that_it_is_she_has_to_do_so_after_she_was_asked(door: Door) -> None:
    asked = door.attempt(again=True)
    assert "max_age=0" in door.providers.address(door.provider, asked)
    assert door.there_and_back(asked).subject == "Ada"
    door.fake.claims = {"auth_time": int(door.clock.now().timestamp()) - 3600}
    assert door.there_and_back().subject == "Ada"
    with pytest.raises(ClaimsRefused):
        door.there_and_back(door.attempt(again=True))


def test_what_is_told_apart_from_the_token_has_to_be_about_the_same_person(door: Door, fake: FakeProvider) -> None:
    fake.told_apart = True
    assert door.there_and_back(email_verified="true").verified
    fake.instead["/me"] = b'{"sub": "Eve", "email": "eve@example.org"}'
    with pytest.raises(ClaimsRefused):
        door.there_and_back()


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    "trouble", [500, 302, b"x" * 300_000, b"[1, 2]", b"{", b'{"issuer": "https://evil.example"}'], ids=repr
)
def test_a_provider_that_is_away_floods_or_talks_nonsense_is_away_and_found_again(
    door: Door, fake: FakeProvider, path: str, trouble: int | bytes
) -> None:
    fake.instead[path] = trouble
    with pytest.raises((ProviderAway, ClaimsRefused)):
        door.there_and_back()
    fake.instead.clear()
    assert door.there_and_back().subject == "Ada"


def test_nobody_is_waited_for_longer_than_the_deadline_nor_believed_without_a_certificate(
    fake: FakeProvider, tmp_path: Path
) -> None:
    with pytest.raises(ProviderAway):
        Wire(ca_file=None).ask("GET", f"{fake.issuer}/keys")
    with pytest.raises(ProviderAway):
        Wire(ca_file=fake.ca_file).ask("GET", "https://localhost:1/keys")
    # A token endpoint that is not encrypted is not gone to.
    published = {**fake.published("/.well-known/openid-configuration"), "token_endpoint": "http://localhost/token"}
    fake.instead["/.well-known/openid-configuration"] = json.dumps(published).encode()
    with pytest.raises(ProviderAway):
        Door(fake).there_and_back()
