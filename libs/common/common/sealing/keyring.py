"""Key-encryption keys by version: the first wraps, all of them open."""

import base64
import binascii
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
NONCE_PREFIX_BYTES = 7
TAG_BYTES = 16

_FORMAT = 1
_HEADER = struct.Struct(">BI")
_CONTEXT = b"figurine data key"
WRAPPED_KEY_BYTES = _HEADER.size + NONCE_BYTES + KEY_BYTES + NONCE_PREFIX_BYTES + TAG_BYTES


class Unsealable(Exception):
    """Another key, owner or purpose, or the bytes were changed."""

    def __init__(self) -> None:
        # No detail: which of the reasons it was would help only somebody who is guessing.
        super().__init__("this does not open: another key, owner or purpose, or the bytes were changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """What seals one value or object, once."""

    key: bytes = field(repr=False)
    nonce_prefix: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """A new random one."""
        return cls(key=os.urandom(KEY_BYTES), nonce_prefix=os.urandom(NONCE_PREFIX_BYTES))


class Keyring:
    """The keys that wrap data keys."""

    def __init__(self, keys: Mapping[int, bytes], *, current: int) -> None:
        for version, key in keys.items():
            if not 0 < version < 2**32:
                raise ValueError("a sealing key's version is a whole number from 1 on")
            if len(key) != KEY_BYTES:
                raise ValueError(f"sealing key {version} has {len(key)} bytes; it needs {KEY_BYTES}")
        if current not in keys:
            raise ValueError(f"there is no sealing key {current} to seal with")
        self.current = current
        self._keys = dict(keys)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2:<base64>,1:<base64>`, the current key first.

        Raises ValueError, which names the faulty version and never a key.
        """
        keys: dict[int, bytes] = {}
        for entry in text.split(","):
            version, key = _entry(entry)
            if version in keys:
                raise ValueError(f"sealing key {version} is given twice")
            keys[version] = key
        return cls(keys, current=next(iter(keys)))

    def __repr__(self) -> str:
        return f"Keyring(versions={sorted(self._keys, reverse=True)}, current={self.current})"

    def wrap(self, data_key: DataKey) -> bytes:
        """The data key, sealed under the current key."""
        header = _HEADER.pack(_FORMAT, self.current)
        nonce = os.urandom(NONCE_BYTES)
        plain = data_key.key + data_key.nonce_prefix
        return header + nonce + AESGCM(self._keys[self.current]).encrypt(nonce, plain, _CONTEXT + header)

    def unwrap(self, wrapped: bytes) -> DataKey:
        """The data key again. Raises Unsealable."""
        key = self._keys.get(version_of(wrapped))
        if key is None:
            raise Unsealable
        header, rest = wrapped[: _HEADER.size], wrapped[_HEADER.size :]
        try:
            plain = AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _CONTEXT + header)
        except InvalidTag:
            raise Unsealable from None
        return DataKey(key=plain[:KEY_BYTES], nonce_prefix=plain[KEY_BYTES:])


def version_of(sealed: bytes) -> int:
    """The key version a wrapped key or value needs. Raises Unsealable."""
    if len(sealed) < WRAPPED_KEY_BYTES:
        raise Unsealable
    form, version = _HEADER.unpack_from(sealed)
    if form != _FORMAT:
        raise Unsealable
    return int(version)


def _entry(text: str) -> tuple[int, bytes]:
    version, colon, encoded = text.strip().partition(":")
    if not colon or not version.isdecimal():
        raise ValueError("sealing keys are written as version:base64, separated by commas, the current one first")
    try:
        return int(version), base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError(f"sealing key {version} is not base64") from None
