"""What is told of a device: families that many have, and never a word of what it calls itself or where it is."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import gateway.settings
from gateway.adapters.devices import Countries, Devices
from gateway.domain.usage import Facts
from tests.fakes import mmdb

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


def seen(agent: str, address: str = "") -> Facts:
    return Devices().seen(agent=agent, address=address)


@pytest.mark.parametrize(
    ("agent", "device", "system", "browser"),
    [
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0 Safari/537.36",
            "desktop",
            "Windows",
            "Chrome",
        ),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/131.0 Safari/537.36 Edg/131.0", "desktop", "Windows", "Edge"),
        (
            f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Version/17.4 Safari/605",
            "desktop",
            "macOS",
            "Safari",
        ),
        (
            f"{MOZILLA} (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            "desktop",
            "Linux",
            "Firefox",
        ),
        (
            f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/131.0 Safari/537.36",
            "desktop",
            "ChromeOS",
            "Chrome",
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 17_4 like Mac OS X) {APPLE} Version/17.4 Mobile/15E148 Safari/604",
            "phone",
            "iOS",
            "Safari",
        ),
        (
            f"{MOZILLA} (iPad; CPU OS 17_4 like Mac OS X) {APPLE} Version/17.4 Mobile/15E148 Safari/604",
            "tablet",
            "iOS",
            "Safari",
        ),
        (
            f"{MOZILLA} (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/131.0 Mobile Safari/537",
            "phone",
            "Android",
            "Chrome",
        ),
        (f"{MOZILLA} (Linux; Android 13; SM-X700) {WEBKIT} Chrome/131.0 Safari/537", "tablet", "Android", "Chrome"),
        (f"{MOZILLA} (Android 14; Tablet; rv:133.0) Gecko/133.0 Firefox/133.0", "tablet", "Android", "Firefox"),
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0 Safari/537.36", "bot", "Linux", "Chrome"),
        (f"{MOZILLA} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot", "unknown", "other"),
        ("curl/8.5.0", "other", "unknown", "curl"),
        ("nobody-has-heard-of-it", "unknown", "unknown", "unknown"),
        ("", "unknown", "unknown", "unknown"),
    ],
    ids=lambda value: value[:60],
)
def test_a_user_agent_becomes_three_words(agent: str, device: str, system: str, browser: str) -> None:
    facts = seen(agent)
    assert (facts.device, facts.os, facts.browser) == (device, system, browser)


def test_what_a_program_calls_itself_is_never_passed_on() -> None:
    facts = seen("Ada Lovelace of Marylebone bot/1.0")
    assert (facts.device, facts.browser) == ("bot", "other")
    assert "Ada" not in repr(facts)


def test_an_address_loses_its_end() -> None:
    assert seen("", "203.0.113.77").network == "203.0.113.0/24"
    assert seen("", "2001:db8:abcd:12::7").network == "2001:db8:abcd::/48"
    assert seen("", "not an address").network is None


def test_the_country_is_that_of_the_network_and_only_with_a_database(tmp_path: Path) -> None:
    file = mmdb.write(tmp_path / "countries.mmdb", {"203.0.113.0/24": "DE", "2001:db8:abcd::/48": "FR"})
    devices = Devices(Countries(file))
    found = [devices.seen(agent="", address=each).country for each in ("203.0.113.9", "2001:db8:abcd::9", "192.0.2.1")]
    devices.close()
    assert found == ["DE", "FR", None]
    assert seen("", "203.0.113.9").country is None


@pytest.fixture
def settings(shared: Any, store_settings: dict[str, Any]) -> dict[str, Any]:
    urls = {f"{name}_url": "http://localhost:1" for name in ("generation", "billing", "privacy", "analytics", "public")}
    secrets = {"smtp_url": "smtp://localhost:1", "blind_index_key": "unused", "token_private_key": "unused"}
    return {**shared("gateway"), **store_settings, **urls, **secrets}


def test_a_database_that_is_missing_damaged_or_of_something_else_is_refused_at_the_start(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    good = mmdb.write(tmp_path / "good.mmdb", {"203.0.113.0/24": "DE"})
    assert gateway.settings.Settings(**settings, geoip_database=good).geoip_database == good
    damaged = tmp_path / "damaged.mmdb"
    damaged.write_bytes(b"not a database at all")
    other = mmdb.write(tmp_path / "other.mmdb", {"203.0.113.0/24": "DE"}, kind="Test-Anonymous-IP")
    for file, why in (
        (tmp_path / "none.mmdb", "no such file"),
        (damaged, "no MaxMind database"),
        (other, "tells no countries"),
        (tmp_path, "no MaxMind database"),
    ):
        with pytest.raises(ValidationError, match=why):
            gateway.settings.Settings(**settings, geoip_database=file)
