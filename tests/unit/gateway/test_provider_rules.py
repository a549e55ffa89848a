"""How operators name OpenID providers, and what a browser is given to keep."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from common.clock import MovableClock
from gateway.adapters.keepsakes import Keepsakes
from gateway.routes.provider_door import place_of
from gateway.settings import read_providers

GOOD = """
[company]
name = "Example Company"
issuer = "https://id.example.org/realms/staff"
client_id = "figurine-studio"
client_secret_file = "company.secret"
domains = ["example.org"]

[friends]
name = "Friends"
issuer = "https://friends.example"
client_id = "42"
scopes = ["openid", "email"]
"""


def told(directory: Path, text: str) -> str:
    """What is wrong with such a file."""
    (directory / "providers.toml").write_text(text)
    with pytest.raises(ValueError, match=r".") as refused:
        read_providers(directory / "providers.toml")
    return str(refused.value)


def test_providers_are_read_from_a_file_and_their_secrets_from_beside_it(tmp_path: Path) -> None:
    (tmp_path / "company.secret").write_text("only the two of us know\n")
    (tmp_path / "providers.toml").write_text(GOOD)
    company, friends = read_providers(tmp_path / "providers.toml")
    assert (company.id, company.client_secret, company.domains) == (
        "company",
        "only the two of us know",
        frozenset({"example.org"}),
    )
    assert (friends.client_secret, friends.scopes) == ("", ("openid", "email"))
    assert "only the two" not in repr(company)


def test_every_fault_of_the_file_is_named_at_once_and_no_secret_with_it(tmp_path: Path) -> None:
    (tmp_path / "empty.secret").write_text("")
    said = told(
        tmp_path,
        """
        plain = 1
        [Company]
        issuer = "http://id.example.org"
        client_secret_file = "missing.secret"
        colour = "blue"
        [friends]
        name = "Friends"
        issuer = "https://friends.example?x=1"
        client_id = "42"
        client_secret_file = "empty.secret"
        scopes = ["email"]
        domains = ["Example.org"]
        """,
    )
    for fault in (
        "plain is no table",
        "Company: colour is no setting",
        "Company: the id has small letters",
        "Company: name is missing",
        "Company: client_id is missing",
        "Company: issuer needs https://",
        "Company: client_secret_file cannot be read",
        "friends: issuer needs https://",
        "friends: client_secret_file is empty",
        "friends: scopes is a list",
        "friends: domains is a list",
    ):
        assert fault in said


def test_a_file_that_is_not_there_no_toml_or_names_one_issuer_twice_is_refused(tmp_path: Path) -> None:
    assert "no TOML" in told(tmp_path, "[company")
    twice = GOOD.replace("https://friends.example", "https://id.example.org/realms/staff")
    (tmp_path / "company.secret").write_text("a secret")
    assert "issuer of two" in told(tmp_path, twice)
    with pytest.raises(ValueError, match="no such file"):
        read_providers(tmp_path / "elsewhere.toml")


def test_what_a_browser_keeps_is_good_for_one_use_for_some_minutes_and_cannot_be_made_up() -> None:
    clock = MovableClock()
    keepsakes = Keepsakes(b"k" * 32, clock)
    sealed = keepsakes.seal("attempt", {"name": "Ada"}, clock.now() + timedelta(minutes=10))
    assert keepsakes.open("attempt", sealed) == {"name": "Ada"}
    assert b"Ada" not in base64.urlsafe_b64decode(sealed)
    assert keepsakes.open("arrival", sealed) is None
    assert Keepsakes(b"x" * 32, clock).open("attempt", sealed) is None
    for wrong in ("", "é", "AAAA", sealed[:-4], sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]):
        assert keepsakes.open("attempt", wrong) is None
    clock.advance(timedelta(minutes=10))
    assert keepsakes.open("attempt", sealed) is None
    with pytest.raises(ValueError, match="too long"):
        keepsakes.seal("attempt", {"name": "x" * 4000}, clock.now())


@pytest.mark.parametrize(
    "elsewhere", ["", "https://evil.example", "//evil.example", "/\\evil.example", "studio", "/a\nb", "/" + "a" * 500]
)
def test_nobody_is_led_anywhere_but_to_a_page_of_ours(elsewhere: str) -> None:
    assert place_of(elsewhere) == "/studio"
    assert place_of("/figurines/1?x=2#y") == "/figurines/1?x=2#y"
