"""Addresses and programs, as the security log keeps and tells them."""

import pytest

from gateway.domain.security import (
    LONGEST_AGENT,
    NOBODY_KNOWS,
    SENTENCES,
    Kind,
    address_of,
    agent_of,
    words_of,
)

MOZILLA = "Mozilla/5.0"
APPLE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Windows"),
        (f"{MOZILLA} (Windows NT 10.0) {APPLE} Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {APPLE} Chrome/141.0 Safari/537.36", "Chrome on Linux"),
        (
            f"{MOZILLA} (Linux; Android 15) {APPLE} SamsungBrowser/28 Chrome/130 Safari/537",
            "Samsung Internet on Android",
        ),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) {APPLE} Version/18 Safari/604", "Safari on iPhone"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {APPLE} CriOS/141 Safari/604", "Chrome on macOS"),
        ("python-httpx/0.28.1", "A Python program"),
        ("curl/8.14.1", "curl"),
        ("Pampelmusenbrowser/77.4", NOBODY_KNOWS),
        ("something on Windows", "Windows"),
        ("", NOBODY_KNOWS),
    ],
)
def test_browser_and_system_are_told_in_words(agent: str, words: str) -> None:
    assert words_of(agent) == words


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", ""),
        ("203.0.113.7, 10.0.0.1", ""),
        ("<script>", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_an_address_is_kept_as_one(given: str | None, kept: str) -> None:
    assert address_of(given) == kept


def test_a_program_that_calls_itself_a_novel_is_cut_short_and_prints_on_one_line() -> None:
    kept = agent_of("a\r\nb\x00c" + "x" * 5000)
    assert kept.startswith("abcx")
    assert len(kept) == LONGEST_AGENT


def test_everything_that_can_happen_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Kind)
