"""The sealed bytes themselves: what lies in databases and buckets must open for years."""

import hashlib
import hmac
import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.sealing import Keyring, Sealer, blind_index
from common.sealing.keyring import DataKey
from common.sealing.segments import seal_segments

KEYRING_KEY = bytes(range(32))
DATA_KEY = bytes(range(100, 132))
PREFIX = b"prefix7"
SEALER = Sealer(Keyring({258: KEYRING_KEY}, current=258))
CONTEXT = b"\x00\x0daccounts.name" + b"ann"


def by_the_book(value: bytes) -> bytes:
    """A sealed value put together from the documented format alone."""
    header = b"\x01" + b"\x00\x00\x01\x02"
    nonce = b"twelve bytes"
    wrapped = AESGCM(KEYRING_KEY).encrypt(nonce, DATA_KEY + PREFIX, b"figurine data key" + header)
    segment = AESGCM(DATA_KEY).encrypt(PREFIX + b"\x00\x00\x00\x00\x01", value, CONTEXT)
    return header + nonce + wrapped + segment


def test_a_value_put_together_by_the_documented_format_opens() -> None:
    assert SEALER.open(by_the_book("Ännchen".encode()), owner="ann", purpose="accounts.name") == "Ännchen".encode()


def test_a_value_sealed_by_the_first_release_opens() -> None:
    sealed = bytes.fromhex(
        "01000001027477656c7665206279746573cee085990c33d0c073d91d3da79e896282a8674fd7f4c1f41761cff513c351"
        "cbf052eede41ba6cde5f2121a4509c64a6e9028d29d48437bb8eb3f55af4209afcd94840715e852ceb7dbaf1991d16c2"
    )
    assert SEALER.open(sealed, owner="ann", purpose="accounts.name") == "Ännchen".encode()


def test_the_parts_of_a_sealed_value_lie_where_the_format_says() -> None:
    sealed = SEALER.seal(b"ann", owner="ann", purpose="accounts.name")
    assert len(sealed) == 72 + 3 + 16
    assert sealed[:5] == b"\x01\x00\x00\x01\x02"
    data_key = AESGCM(KEYRING_KEY).decrypt(sealed[5:17], sealed[17:72], b"figurine data key" + sealed[:5])
    key, prefix = data_key[:32], data_key[32:]
    assert AESGCM(key).decrypt(prefix + b"\x00\x00\x00\x00\x01", sealed[72:], CONTEXT) == b"ann"


def test_the_segments_of_an_object_are_those_of_the_first_release() -> None:
    data = bytes(range(256)) * 600
    key = DataKey(key=DATA_KEY, nonce_prefix=PREFIX)
    segments = list(seal_segments(io.BytesIO(data), key, CONTEXT, length=len(data)))
    assert [len(segment) for segment in segments] == [65552, 65552, 22544]
    by_hand = [
        AESGCM(DATA_KEY).encrypt(PREFIX + number.to_bytes(4, "big") + bytes([number == 2]), part, CONTEXT)
        for number, part in enumerate([data[:65536], data[65536:131072], data[131072:]])
    ]
    assert segments == by_hand
    assert (
        hashlib.sha256(b"".join(segments)).hexdigest()
        == "01d9b7f9b0da28022295eaebaef6783fe68f166e3a0f295fb50522fbd7734cf8"
    )


@pytest.mark.parametrize(
    "written", ["ann@example.org", " Ann@Example.ORG\t", "ANN@EXAMPLE.ORG", "\uff41\uff4e\uff4e@example.org"]
)
def test_an_address_is_found_however_it_is_written(written: str) -> None:
    expected = hmac.digest(KEYRING_KEY, b"ann@example.org", "sha256")
    assert blind_index(KEYRING_KEY, written) == expected


@pytest.mark.parametrize(
    ("one", "other"), [("STRASSE", "straße"), ("ﬃ", "FFI"), ("\u0345", "\u03b9"), ("é", "e\u0301")]
)
def test_letters_that_are_the_same_to_a_reader_have_the_same_index(one: str, other: str) -> None:
    assert blind_index(KEYRING_KEY, one) == blind_index(KEYRING_KEY, other)


def test_different_addresses_and_different_keys_have_different_indexes() -> None:
    indexes = {
        blind_index(KEYRING_KEY, "ann@example.org"),
        blind_index(KEYRING_KEY, "ann@example.com"),
        blind_index(DATA_KEY, "ann@example.org"),
    }
    assert len(indexes) == 3


def test_a_short_index_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        blind_index(bytes(31), "ann@example.org")
