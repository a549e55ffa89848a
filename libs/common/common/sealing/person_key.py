"""One person's key: it wraps the data keys of everything that is hers."""

import os
import struct
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from common.sealing.keyring import (
    KEY_BYTES,
    SEALED_DATA_KEY_BYTES,
    DataKey,
    Keyring,
    Unsealable,
    unwrap_data_key,
    wrap_data_key,
)

FORM = 2
_HEADER = struct.Struct(">B16s")
WRAPPED_BYTES = _HEADER.size + SEALED_DATA_KEY_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKey:
    """The living key of one person in one service."""

    id: UUID
    user_id: UUID
    key: bytes = field(repr=False)

    @classmethod
    def fresh(cls, id: UUID, user_id: UUID) -> Self:
        """A new random one."""
        return cls(id=id, user_id=user_id, key=os.urandom(KEY_BYTES))

    @classmethod
    def opened(cls, wrapped: bytes, keyring: Keyring, *, id: UUID, user_id: UUID) -> Self:
        """The key as `sealed` left it. Raises Unsealable."""
        return cls(id=id, user_id=user_id, key=keyring.unwrap_key(wrapped, whose=id.bytes + user_id.bytes))

    def sealed(self, keyring: Keyring) -> bytes:
        """The key for its row, under the keyring's current key."""
        return keyring.wrap_key(self.key, whose=self.id.bytes + self.user_id.bytes)

    def wrap(self, data_key: DataKey) -> bytes:
        """A data key of something that is hers."""
        return wrap_data_key(data_key, self.key, _HEADER.pack(FORM, self.id.bytes))

    def unwrap(self, wrapped: bytes) -> DataKey:
        """The data key again. Raises Unsealable."""
        if len(wrapped) != WRAPPED_BYTES or not self.has_wrapped(wrapped):
            raise Unsealable
        return unwrap_data_key(wrapped, self.key, _HEADER.size)

    def has_wrapped(self, wrapped: bytes) -> bool:
        """Whether this key was used, by what the wrapped key says."""
        return wrapped[: _HEADER.size] == _HEADER.pack(FORM, self.id.bytes)


def is_under_a_person(sealed: bytes) -> bool:
    """Whether a person's key is needed to open this wrapped key or value, and not the keyring's."""
    return sealed[:1] == bytes([FORM])
