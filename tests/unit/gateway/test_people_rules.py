"""Addresses, passwords, and what is derived from a session's token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from gateway.domain.idempotency import MAX_KEY, check_key, fingerprint
from gateway.domain.people import check_address, csrf_token, token_digest


@pytest.mark.parametrize(
    "address",
    ["ada@example.org", "a.d+a@sub.example.org", "ädä@exämple.org", "o'hara@example.org", f"{'a' * 242}@example.org"],
)
def test_an_address_mail_could_go_to_is_kept(address: str) -> None:
    assert check_address(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example",
        "ada@example.",
        "a da@example.org",
        "ada@exam ple.org",
        "ada@b@example.org",
        "ada\r\nBcc:eve@example.org",
        "ada\x00@example.org",
        "ada\x1b@example.org",
        "ada\u202e@example.org",
        "bob,ada@example.org",
        "Ada<ada@example.org>",
        '"ada"@example.org',
        f"{'a' * 243}@example.org",
    ],
)
def test_an_address_no_mail_could_go_to_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        check_address(address)


@given(one=st.text(), other=st.text())
def test_a_page_proves_itself_for_its_own_session_only(one: str, other: str) -> None:
    assert (csrf_token(one) == csrf_token(other)) == (one == other)
    assert (token_digest(one) == token_digest(other)) == (one == other)
    assert csrf_token(one).encode() not in token_digest(one).hex().encode()


@given(parts=st.lists(st.text(), max_size=4), others=st.lists(st.text(), max_size=4))
def test_two_requests_have_one_fingerprint_only_if_they_say_the_same(parts: list[str], others: list[str]) -> None:
    assert (fingerprint(b"secret", *parts) == fingerprint(b"secret", *others)) == (parts == others)


def test_words_that_move_from_one_field_to_the_next_make_another_request() -> None:
    assert fingerprint(b"secret", "ab", "c") != fingerprint(b"secret", "a", "bc")


def test_a_fingerprint_tells_nothing_without_the_secret() -> None:
    assert fingerprint(b"secret", "a") != fingerprint(b"another", "a")


@pytest.mark.parametrize("key", [None, "k", "k" * MAX_KEY, "schlüssel"])
def test_a_key_is_kept_as_it_is(key: str | None) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize("key", ["", "k" * (MAX_KEY + 1), "a\x00b", "a\tb"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Invalid, match="Idempotency-Key"):
        check_key(key)
