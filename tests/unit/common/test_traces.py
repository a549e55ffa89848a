"""What a probe takes for somebody's: addresses and card numbers, and not the ids and numbers that look alike."""

import pytest

from common.probes.cards import holds_card_number
from common.probes.readable import traces_in
from common.sealing import Keyring, Sealer, has_sealed_form


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "card 4111 1111 1111 1111, thanks",
        "5500-0000-0000-0004",
        "2223003122003222",
        "3782 822463 10005",
        "378282246310005",
        "6011111111111117",
        "3530111333300000",
        "30569309025904",
    ],
)
def test_a_card_number_is_recognised_however_it_is_written(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        # The check digit does not fit, or no card begins so.
        "4111111111111112",
        "1764198928123456",
        "9999999999999995",
        # Parts of longer words and numbers.
        "cs_test_4111111111111111",
        "4111111111111111==",
        "41111111111111110000",
        "0199c0de-4111-1111-1111-111111111111",
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000",
        "0.4111111111111111",
        "2026-11-26T23:15:28.123456+00:00",
    ],
)
def test_a_number_of_another_kind_is_none(text: str) -> None:
    assert not holds_card_number(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to ada@example.org!", {"e-mail address"}),
        ("ada.lovelace+figurines@mail.example.museum", {"e-mail address"}),
        ("probe@localhost", set[str]()),
        ("call +49 (151) 1234-5678 or +44 20 7946 0018", {"telephone number"}),
        ("2026-11-26 23:15:28.123456+00", set[str]()),
        ("AAAA+49151123456789AA==", set[str]()),
        ("203.0.113.9 and 2001:db8::7", {"IP address"}),
        ("127.0.0.1, 0.0.0.0, ::1, 1.2.3, 1.2.3.4.5, 300.1.1.1, 12:30:45", set[str]()),
    ],
)
def test_traces_of_a_person_are_told_from_what_looks_alike(text: str, found: set[str]) -> None:
    assert traces_in(text) == found


def test_sealed_values_have_their_form_whatever_is_in_them() -> None:
    sealer = Sealer(Keyring({1: b"k" * 32}, current=1))
    values = [b"", b"a", b"ada@example.org", b" " * 5000, b"x" * 200_000]
    assert all(has_sealed_form(sealer.seal(value, owner="ada", purpose="x")) for value in values)
    assert not any(has_sealed_form(value) for value in (*values, b"\x01" + b"x" * 100, b"\x02" + b"\xff" * 90 + b"Ada"))
