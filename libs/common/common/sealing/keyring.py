"""The service's keys by version: the first wraps, all of them open."""

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
# How many bytes a data key has once a key wrapped it, behind the header that says which one.
SEALED_DATA_KEY_BYTES = NONCE_BYTES + KEY_BYTES + NONCE_PREFIX_BYTES + TAG_BYTES

_DATA_KEY, _PERSON_KEY = 1, 3
_HEADER = struct.Struct(">BI")
_DATA_KEY_CONTEXT = b"figurine data key"
_PERSON_KEY_CONTEXT = b"figurine person key"
WRAPPED_KEY_BYTES = _HEADER.size + SEALED_DATA_KEY_BYTES
WRAPPED_PERSON_KEY_BYTES = _HEADER.size + NONCE_BYTES + KEY_BYTES + TAG_BYTES


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
    """The keys of a service. They wrap people's keys, and the data keys of what is nobody's in particular."""

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
        return f"Keyring(versions={self.versions}, current={self.current})"

    @property
    def versions(self) -> list[int]:
        """The versions of all keys, the newest number first."""
        return sorted(self._keys, reverse=True)

    def wrap(self, data_key: DataKey, *, owner: str) -> bytes:  # noqa: ARG002 - one key for all owners
        """The data key, sealed under the current key."""
        header = _HEADER.pack(_DATA_KEY, self.current)
        return wrap_data_key(data_key, self._keys[self.current], header)

    def unwrap(self, wrapped: bytes, *, owner: str) -> DataKey:  # noqa: ARG002 - one key for all owners
        """The data key again. Raises Unsealable."""
        key = self._keys.get(version_of(wrapped))
        if key is None:
            raise Unsealable
        return unwrap_data_key(wrapped, key, _HEADER.size)

    def wraps_now(self, wrapped: bytes, *, owner: str) -> bool:  # noqa: ARG002 - one key for all owners
        """Whether a data key is wrapped as `wrap` would do it now. Raises Unsealable."""
        return version_of(wrapped) == self.current

    def wrap_key(self, key: bytes, *, whose: bytes) -> bytes:
        """A person's key, sealed under the current key; it opens for nobody else."""
        header = _HEADER.pack(_PERSON_KEY, self.current)
        nonce = os.urandom(NONCE_BYTES)
        context = _PERSON_KEY_CONTEXT + header + whose
        return header + nonce + AESGCM(self._keys[self.current]).encrypt(nonce, key, context)

    def unwrap_key(self, wrapped: bytes, *, whose: bytes) -> bytes:
        """A person's key again. Raises Unsealable."""
        if len(wrapped) != WRAPPED_PERSON_KEY_BYTES:
            raise Unsealable
        header, rest = wrapped[: _HEADER.size], wrapped[_HEADER.size :]
        form, version = _HEADER.unpack(header)
        if form != _PERSON_KEY or version not in self._keys:
            raise Unsealable
        return _opened(self._keys[version], rest, _PERSON_KEY_CONTEXT + header + whose)


def wrap_data_key(data_key: DataKey, key: bytes, header: bytes) -> bytes:
    """A data key under any key; `header` says which, and is bound to it."""
    nonce = os.urandom(NONCE_BYTES)
    plain = data_key.key + data_key.nonce_prefix
    return header + nonce + AESGCM(key).encrypt(nonce, plain, _DATA_KEY_CONTEXT + header)


def unwrap_data_key(wrapped: bytes, key: bytes, header_bytes: int) -> DataKey:
    """The data key again. Raises Unsealable."""
    header, rest = wrapped[:header_bytes], wrapped[header_bytes:]
    plain = _opened(key, rest, _DATA_KEY_CONTEXT + header)
    return DataKey(key=plain[:KEY_BYTES], nonce_prefix=plain[KEY_BYTES:])


def version_of(sealed: bytes) -> int:
    """The keyring's version a wrapped key or value needs. Raises Unsealable."""
    if len(sealed) < WRAPPED_KEY_BYTES:
        raise Unsealable
    form, version = _HEADER.unpack_from(sealed)
    if form != _DATA_KEY:
        raise Unsealable
    return int(version)


def _opened(key: bytes, sealed: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except InvalidTag:
        raise Unsealable from None


def _entry(text: str) -> tuple[int, bytes]:
    version, colon, encoded = text.strip().partition(":")
    if not colon or not version.isdecimal():
        raise ValueError("sealing keys are written as version:base64, separated by commas, the current one first")
    try:
        return int(version), base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError(f"sealing key {version} is not base64") from None
