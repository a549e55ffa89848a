"""Sealed values: they open for one owner, one purpose, one keyring, and unchanged only."""

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common.sealing import Keyring, Sealer, Unsealable
from common.sealing.keyring import version_of

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
SEALER = Sealer(Keyring({1: OLD}, current=1))
NAMES = st.text(max_size=40)


@given(value=st.binary(max_size=300), owner=NAMES, purpose=NAMES)
def test_a_value_opens_for_its_owner_and_purpose(value: bytes, owner: str, purpose: str) -> None:
    sealed = SEALER.seal(value, owner=owner, purpose=purpose)
    assert SEALER.open(sealed, owner=owner, purpose=purpose) == value


@given(sealed_for=st.tuples(NAMES, NAMES), opened_for=st.tuples(NAMES, NAMES))
def test_a_value_moved_to_another_owner_or_column_does_not_open(
    sealed_for: tuple[str, str], opened_for: tuple[str, str]
) -> None:
    assume(sealed_for != opened_for)
    sealed = SEALER.seal(b"ann@example.org", owner=sealed_for[0], purpose=sealed_for[1])
    with pytest.raises(Unsealable):
        SEALER.open(sealed, owner=opened_for[0], purpose=opened_for[1])


@given(place=st.integers(min_value=0, max_value=101), change=st.integers(min_value=1, max_value=255))
def test_a_value_with_any_byte_changed_does_not_open(place: int, change: int) -> None:
    sealed = bytearray(SEALER.seal(b"fourteen bytes", owner="ann", purpose="accounts.name"))
    assert len(sealed) == 102
    sealed[place] ^= change
    with pytest.raises(Unsealable):
        SEALER.open(bytes(sealed), owner="ann", purpose="accounts.name")


@given(kept=st.integers(min_value=0, max_value=101))
def test_a_value_cut_short_does_not_open(kept: int) -> None:
    sealed = SEALER.seal(b"fourteen bytes", owner="ann", purpose="accounts.name")
    with pytest.raises(Unsealable):
        SEALER.open(sealed[:kept], owner="ann", purpose="accounts.name")


@given(junk=st.binary(max_size=300))
def test_bytes_that_were_never_sealed_do_not_open(junk: bytes) -> None:
    with pytest.raises(Unsealable):
        SEALER.open(junk, owner="ann", purpose="accounts.name")


def test_the_same_value_is_never_sealed_to_the_same_bytes() -> None:
    sealed = {SEALER.seal(b"ann", owner="ann", purpose="accounts.name") for _ in range(100)}
    assert len({value[-19:] for value in sealed}) == 100


def test_a_refusal_to_open_says_nothing_about_the_reason() -> None:
    sealed = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    refusals: set[str] = set()
    for attempt in (sealed[:-1], b"", sealed[:4] + b"\x09" + sealed[5:]):
        with pytest.raises(Unsealable) as refusal:
            SEALER.open(attempt, owner="ann", purpose="accounts.name")
        refusals.add(str(refusal.value))
        assert refusal.value.__cause__ is None
    assert len(refusals) == 1


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    rotated = Sealer(Keyring({1: OLD, 2: NEW}, current=2))
    old = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    new = rotated.seal(b"ann", owner="ann", purpose="accounts.name")
    assert rotated.open(old, owner="ann", purpose="accounts.name") == b"ann"
    assert (version_of(old), version_of(new)) == (1, 2)


def test_a_rewrapped_value_opens_without_the_old_key_and_keeps_its_data() -> None:
    old = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    rewrapped = Sealer(Keyring({1: OLD, 2: NEW}, current=2)).rewrap(old, owner="ann")
    only_new = Sealer(Keyring({2: NEW}, current=2))
    assert only_new.open(rewrapped, owner="ann", purpose="accounts.name") == b"ann"
    assert rewrapped[72:] == old[72:]


def test_rewrapping_what_is_under_the_current_key_changes_nothing() -> None:
    sealed = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    assert SEALER.rewrap(sealed, owner="ann") == sealed


def test_a_value_cannot_be_rewrapped_without_its_key() -> None:
    sealed = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    with pytest.raises(Unsealable):
        Sealer(Keyring({2: NEW}, current=2)).rewrap(sealed, owner="ann")


def test_another_key_of_the_same_version_does_not_open() -> None:
    sealed = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    with pytest.raises(Unsealable):
        Sealer(Keyring({1: NEW}, current=1)).open(sealed, owner="ann", purpose="accounts.name")


def test_the_first_key_of_a_setting_is_the_current_one() -> None:
    keyring = Keyring.parse(f"2:{base64.b64encode(NEW).decode()}, 1:{base64.b64encode(OLD).decode()}")
    old = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    assert keyring.current == 2
    assert Sealer(keyring).open(old, owner="ann", purpose="accounts.name") == b"ann"


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("", "version:base64"),
        (base64.b64encode(OLD).decode(), "version:base64"),
        ("one:AAAA", "version:base64"),
        ("-1:AAAA", "version:base64"),
        ("1:not base64!", "sealing key 1 is not base64"),
        (f"1:{base64.b64encode(bytes(16)).decode()}", "has 16 bytes; it needs 32"),
        (f"1:{base64.b64encode(bytes(33)).decode()}", "has 33 bytes; it needs 32"),
        (f"0:{base64.b64encode(OLD).decode()}", "a whole number from 1"),
        (f"4294967296:{base64.b64encode(OLD).decode()}", "a whole number from 1"),
        (f"1:{base64.b64encode(OLD).decode()},1:{base64.b64encode(NEW).decode()}", "given twice"),
        (f"1:{base64.b64encode(OLD).decode()},", "version:base64"),
    ],
)
def test_a_faulty_keyring_setting_is_refused_without_showing_a_key(setting: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refusal:
        Keyring.parse(setting)
    assert base64.b64encode(OLD).decode() not in str(refusal.value)


def test_a_keyring_needs_the_key_it_seals_with() -> None:
    with pytest.raises(ValueError, match="no sealing key 2"):
        Keyring({1: OLD}, current=2)


def test_a_keyring_does_not_print_its_keys() -> None:
    assert repr(Keyring({1: OLD, 2: NEW}, current=2)) == "Keyring(versions=[2, 1], current=2)"
