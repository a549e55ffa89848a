"""Answers as the API gives them, as JSON."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ops.emulators.gemini.models import Model
from ops.emulators.gemini.requests import Asked
from ops.emulators.gemini.signatures import signature

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An encoded picture."""

    data: bytes
    media_type: str


def picture(
    asked: Asked, model: Model, response_id: str, images: Sequence[Image], *, thoughts: Sequence[Image], text: str
) -> Json:
    """Pictures, after what was thought and said."""
    parts: list[Json] = [{**_inline(image), "thought": True} for image in thoughts]
    if text:
        parts.append({"text": text, **_signed(model, text.encode())})
    parts += [{**_inline(image), **_signed(model, image.data)} for image in images]
    candidate: Json = {"content": {"parts": parts, "role": "model"}, "finishReason": "STOP", "index": 0}
    made = model.picture_tokens * len(images)
    return _answer(asked, model, response_id, candidates=[candidate], picture_tokens=made, text_tokens=len(text) // 4)


def text_only(asked: Asked, model: Model, response_id: str, text: str) -> Json:
    """Words instead of a picture."""
    candidate: Json = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP", "index": 0}
    return _answer(asked, model, response_id, candidates=[candidate], text_tokens=len(text) // 4)


def finished(asked: Asked, model: Model, response_id: str, reason: str) -> Json:
    """A candidate that came to nothing."""
    candidate: Json = {
        "content": {},
        "finishReason": reason,
        "finishMessage": "Unable to show the generated image.",
        "index": 0,
    }
    return _answer(asked, model, response_id, candidates=[candidate])


def blocked(asked: Asked, model: Model, response_id: str, reason: str) -> Json:
    """A prompt that was not even tried."""
    return {"promptFeedback": {"blockReason": reason}, **_answer(asked, model, response_id)}


def empty(asked: Asked, model: Model, response_id: str) -> Json:
    """No candidate and no reason."""
    return _answer(asked, model, response_id)


def _answer(
    asked: Asked,
    model: Model,
    response_id: str,
    *,
    candidates: list[Json] | None = None,
    picture_tokens: int = 0,
    text_tokens: int = 0,
) -> Json:
    answer: Json = {} if candidates is None else {"candidates": candidates}
    prompt = asked.prompt_tokens + asked.photo_tokens
    made = picture_tokens + text_tokens
    usage: Json = {
        "promptTokenCount": prompt,
        "totalTokenCount": prompt + made,
        "promptTokensDetails": _details(text=asked.prompt_tokens, image=asked.photo_tokens),
    }
    if made:
        usage |= {"candidatesTokenCount": made, "candidatesTokensDetails": _details(text_tokens, picture_tokens)}
    return {**answer, "usageMetadata": usage, "modelVersion": model.id, "responseId": response_id}


def _details(text: int, image: int) -> list[Json]:
    counts = {"TEXT": text, "IMAGE": image}
    return [{"modality": modality, "tokenCount": count} for modality, count in counts.items() if count]


def _signed(model: Model, content: bytes) -> Json:
    return {"thoughtSignature": signature(model, content)} if model.signs else {}


def _inline(image: Image) -> Json:
    return {"inlineData": {"mimeType": image.media_type, "data": base64.b64encode(image.data).decode()}}
