"""Values a person corrected, recognised without being known.

    old = OldValues.of({"email": "ada@example.org"})     under a key of their own
    old.fields_in(text) -> {"email"}                       whose old value stands in it
    old.replaced(text, {"email": "ada@example.com"})       the text with the new value in its place

Before a value is replaced, a digest of it is kept under a random key that serves this one correction. With it every
copy can be looked for, wherever it is; once the old value is proven gone the key is destroyed, and the digest tells
nobody anything.
"""

import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from common.sealing import blind_index

KEY_BYTES = 32
EMAIL = "email"
# What may stand around an address in a text.
_ADDRESS = re.compile(r"""[^\s<>"'(),;:]+@[^\s<>"'(),;:]+""")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldValues:
    """What was corrected, by field: digests under `key`, a secret of 32 bytes."""

    key: bytes
    digests: Mapping[str, bytes]

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "OldValues":
        """The values that are about to be replaced; empty ones are none."""
        key = secrets.token_bytes(KEY_BYTES)
        return cls(key=key, digests={field: _digest(key, field, value) for field, value in values.items() if value})

    @classmethod
    def read(cls, key: bytes, digests: Mapping[str, str]) -> "OldValues":
        """As `told` tells them. Raises ValueError."""
        if len(key) != KEY_BYTES:
            message = f"a key of old values has {KEY_BYTES} bytes"
            raise ValueError(message)
        return cls(key=key, digests={field: bytes.fromhex(digest) for field, digest in digests.items()})

    def told(self) -> dict[str, str]:
        """The digests as JSON has them, in hexadecimal digits."""
        return {field: digest.hex() for field, digest in self.digests.items()}

    def unlike(self, current: Mapping[str, str]) -> "OldValues":
        """Without what is the person's value now: somebody who went back to it has it for good reason."""
        kept = {
            field: digest for field, digest in self.digests.items() if self.field_of(current.get(field, "")) != field
        }
        return OldValues(key=self.key, digests=kept)

    def fields_in(self, text: str) -> frozenset[str]:
        """The fields whose old value the text is, has as a line, holds as JSON, or, of addresses, mentions."""
        return frozenset(field for piece in _pieces(text) if (field := self.field_of(piece)) is not None)

    def replaced(self, text: str, new: Mapping[str, str]) -> str:
        """The text with every old value that is all of it, a line of it or a text of its JSON replaced by the new."""
        if (document := _parsed(text)) is not None:
            return json.dumps(self._replaced_in(document, new), ensure_ascii=False, separators=(",", ":"))
        return "\n".join(self._new_for(line, new) for line in self._new_for(text, new).split("\n"))

    def _replaced_in(self, value: Any, new: Mapping[str, str]) -> Any:
        match value:
            case str():
                return self._new_for(value, new)
            case list():
                return [self._replaced_in(each, new) for each in value]  # pyright: ignore[reportUnknownVariableType]
            case dict():
                return {key: self._replaced_in(each, new) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
            case _:
                return value

    def _new_for(self, text: str, new: Mapping[str, str]) -> str:
        field = self.field_of(text)
        return text if field is None else new.get(field, "")

    def field_of(self, text: str) -> str | None:
        """The field whose old value is all of the text."""
        if not text.strip():
            return None
        for field, digest in self.digests.items():
            if hmac.compare_digest(digest, _digest(self.key, field, text)):
                return field
        return None


def _digest(key: bytes, field: str, value: str) -> bytes:
    # An address is the same however it is capitalised; how a name is may be what was corrected.
    if field == EMAIL:
        return blind_index(key, value)
    return hmac.digest(key, value.strip().encode(errors="surrogatepass"), "sha256")


def _pieces(text: str) -> Iterator[str]:
    yield text
    if (document := _parsed(text)) is not None:
        for leaf in _leaves(document):
            yield from _pieces_of_plain(leaf)
    yield from _pieces_of_plain(text)


def _pieces_of_plain(text: str) -> Iterator[str]:
    yield text
    yield from text.splitlines()
    yield from _ADDRESS.findall(text)


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:  # pyright: ignore[reportUnknownVariableType]
                yield from _leaves(each)
        case dict():
            for each in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from _leaves(each)
        case _:
            return


def _parsed(text: str) -> Any:
    """What the text is as a JSON object or list; None when it is neither."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None
