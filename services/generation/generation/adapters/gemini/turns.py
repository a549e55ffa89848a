"""Conversations: what is kept of an answer, and how a version is asked for with what was kept.

A memo holds the prompt and every part of the answer with its signature, but not the picture, which is stored anyway,
unless it was cut into shape. Gemini 3 refuses a picture of its own that comes without its signature, and no model
knows the signatures of another (ai.google.dev/gemini-api/docs/thought-signatures). So turns go back only to the model
they came from; any other gets the latest picture as it would get a photo, which needs no signature.
"""

from collections.abc import Sequence
from typing import Self

from google.genai import types
from pydantic import Base64Bytes, BaseModel, ConfigDict, ValidationError

from generation.ports import PaintOrder, Turn

from .answers import Answer

_PHOTO_GONE = "(The photo that was attached here has been deleted since.)"


class _Part(BaseModel):
    """Words, or the picture: in `image` only when it is stored otherwise than it came."""

    model_config = ConfigDict(frozen=True)

    text: str | None = None
    media_type: str = ""
    image: Base64Bytes | None = None
    signature: Base64Bytes | None = None

    def sent(self, turn: Turn) -> types.Part:
        """As it came."""
        part = types.Part(text=self.text) if self.text is not None else self._picture(turn)
        part.thought_signature = self.signature
        return part

    def _picture(self, turn: Turn) -> types.Part:
        return types.Part.from_bytes(data=self.image or turn.image, mime_type=self.media_type or turn.media_type)


class _Memo(BaseModel):
    model_config = ConfigDict(frozen=True)

    model: str
    prompt: str
    parts: list[_Part]

    @classmethod
    def of(cls, turn: Turn) -> Self | None:
        """The memo of a turn; None for one that is not ours to read."""
        try:
            return cls.model_validate_json(turn.memo)
        except ValidationError:
            return None


def memo_of(answer: Answer, order: PaintOrder, *, model: str, stored: bytes) -> bytes:
    """What is kept of an answer; `stored` is the picture as it will be found again, `model` as it was asked."""
    parts = [_kept(part, answer, stored) for part in answer.parts]
    memo = _Memo(model=model, prompt=order.prompt, parts=[part for part in parts if part is not None])
    return memo.model_dump_json(exclude_none=True).encode()


def at_best(models: Sequence[str], order: PaintOrder) -> Sequence[str]:
    """The models, the one first that painted what is gone on from: it alone knows the conversation."""
    memo = _Memo.of(order.history[-1]) if order.history else None
    return models if memo is None else sorted(models, key=lambda model: model != memo.model)


def contents_of(order: PaintOrder, model: str, *, anew: bool = False) -> list[types.Content]:
    """What a model is told. `anew`: without earlier turns, for it did not take them."""
    last = types.Part.from_text(text=order.prompt)
    if not order.history:
        return [_user(types.Part.from_bytes(data=order.photo, mime_type="image/jpeg"), last)]
    turns = [] if anew else _turns(order.history, model)
    if not turns:
        picture = order.history[-1]
        return [_user(types.Part.from_bytes(data=picture.image, mime_type=picture.media_type), last)]
    return [*turns, _user(last)]


def _turns(history: Sequence[Turn], model: str) -> list[types.Content]:
    """The latest turns in a row that this model made."""
    contents: list[types.Content] = []
    for turn in reversed(history):
        memo = _Memo.of(turn)
        if memo is None or memo.model != model:
            break
        answered = types.Content(role="model", parts=[part.sent(turn) for part in memo.parts])
        contents[:0] = [_user(types.Part.from_text(text=memo.prompt)), answered]
    if contents and contents[0].parts:
        contents[0].parts.append(types.Part.from_text(text=_PHOTO_GONE))
    return contents


def _user(*parts: types.Part) -> types.Content:
    return types.Content(role="user", parts=list(parts))


def _kept(part: types.Part, answer: Answer, stored: bytes) -> _Part | None:
    """Sketches made while thinking and pictures beside the delivered one are not gone on from."""
    if part.thought:
        return None
    signature = part.thought_signature
    if part.text is not None:
        return _Part.model_construct(text=part.text, signature=signature)
    if part.inline_data is None or part.inline_data.data is not answer.image:
        return None
    return _Part.model_construct(
        media_type=part.inline_data.mime_type or "",
        image=None if stored == answer.image else answer.image,
        signature=signature,
    )
