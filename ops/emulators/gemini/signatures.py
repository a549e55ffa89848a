"""Thought signatures: what a model of the third generation puts on what it made, and wants back with it."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from ops.emulators.gemini.errors import invalid
from ops.emulators.gemini.models import Model

Json = Mapping[str, Any]

# The same for every emulator: a conversation outlives a restart.
_SECRET = b"nobody believes these signatures but the emulator"


def signature(model: Model, content: bytes) -> str:
    """What goes with a part of an answer, in base64; bound to the model and to the very bytes."""
    mac = hmac.new(_SECRET, model.id.encode() + b"\0" + content, hashlib.sha256)
    return base64.b64encode(b"thought:" + mac.digest()).decode()


def check(model: Model, contents: Sequence[Sequence[tuple[Json, bytes]]], roles: Sequence[str]) -> int:
    """How many signatures came back; raises ApiError for a picture or first words of a model's turn without one.

    `contents` are the parts of each turn, each with what its signature was made of.
    """
    if not model.signs:
        return 0
    seen = 0
    for place, (parts, role) in enumerate(zip(contents, roles, strict=True)):
        for number, (part, content) in enumerate(parts):
            if role == "model" and (number == 0 or "inlineData" in part):
                _check_one(model, part, content, where=f"content position {place + 1}, part position {number + 1}")
                seen += 1
    return seen


def _check_one(model: Model, part: Json, content: bytes, *, where: str) -> None:
    sent = part.get("thoughtSignature")
    kind = "Image" if "inlineData" in part else "Text"
    if not sent:
        raise invalid(
            f"{kind} part is missing a thought_signature in {where}. Please refer to "
            "https://ai.google.dev/gemini-api/docs/thought-signatures#model-behavior for more details."
        )
    if not hmac.compare_digest(_decoded(str(sent)), _decoded(signature(model, content))):
        raise invalid("Invalid thought signature.")


def _decoded(text: str) -> bytes:
    """The client sends the alphabet for addresses."""
    try:
        plain = text.replace("-", "+").replace("_", "/")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise invalid("Corrupted thought signature.") from error
