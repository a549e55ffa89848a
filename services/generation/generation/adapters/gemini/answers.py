"""Reading what Gemini answered: the picture, or the reason why there is none."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from google.genai import types

from .failures import CallFailed

_REFUSED, _NOTHING = "refused_by_engine", "no_picture"

FINISHES: Mapping[str, str] = MappingProxyType(
    {
        "STOP": _NOTHING,
        "MAX_TOKENS": _NOTHING,
        "SAFETY": _REFUSED,
        "RECITATION": _REFUSED,
        "LANGUAGE": _NOTHING,
        "OTHER": _NOTHING,
        "BLOCKLIST": _REFUSED,
        "PROHIBITED_CONTENT": _REFUSED,
        "SPII": _REFUSED,
        "MALFORMED_FUNCTION_CALL": _NOTHING,
        "IMAGE_SAFETY": _REFUSED,
        "IMAGE_PROHIBITED_CONTENT": _REFUSED,
        "IMAGE_OTHER": _NOTHING,
        "NO_IMAGE": _NOTHING,
        "IMAGE_RECITATION": _REFUSED,
        "UNEXPECTED_TOOL_CALL": _NOTHING,
        "TOO_MANY_TOOL_CALLS": _NOTHING,
        "MISSING_THOUGHT_SIGNATURE": _NOTHING,
        "MALFORMED_RESPONSE": _NOTHING,
        "ESCALATION": _REFUSED,
        "PUP_LIMITED_DISABLED": _REFUSED,
        "CONTINUATION": _NOTHING,
        "MODEL_ARMOR": _REFUSED,
        "FINISH_REASON_UNSPECIFIED": _NOTHING,
    }
)
"""Every reason to stop that the API knows, and the failure code when no picture came with it."""

_WORD = re.compile(r"[A-Z0-9_]{1,48}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The first picture of an answer, as it came; `spare` counts the others, `parts` are all of its candidate's."""

    image: bytes
    spare: int
    model: str
    response_id: str
    parts: tuple[types.Part, ...] = ()


def read(response: types.GenerateContentResponse) -> Answer:
    """The answer's picture. Raises CallFailed: `refused_by_engine` or `no_picture`, with the reason's own word."""
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise CallFailed(_REFUSED, f"prompt_{_word(feedback.block_reason)}")
    candidates = response.candidates or []
    if not candidates:
        raise CallFailed(_NOTHING, "no_candidate")
    finish = candidates[0].finish_reason
    refused = finish is not None and FINISHES.get(finish.value) == _REFUSED
    images = [image for candidate in candidates for image in _images(candidate)]
    parts = next((tuple(_parts(candidate)) for candidate in candidates if any(_images(candidate))), ())
    if refused or not images:
        raise _reason(candidates[0])
    return Answer(
        image=images[0],
        spare=len(images) - 1,
        model=response.model_version or "",
        response_id=response.response_id or "",
        parts=parts,
    )


def _images(candidate: types.Candidate) -> Iterator[bytes]:
    """Finished pictures; sketches made while thinking are not for delivery."""
    for part in _parts(candidate):
        if not part.thought and part.inline_data is not None and part.inline_data.data:
            yield part.inline_data.data


def _reason(candidate: types.Candidate) -> CallFailed:
    finish = candidate.finish_reason
    if finish is None or finish.value == "STOP":
        said = any(part.text and not part.thought for part in _parts(candidate))
        return CallFailed(_NOTHING, "text_only" if said else "no_image_part")
    # A reason that is not known yet is at least no picture.
    return CallFailed(FINISHES.get(finish.value, _NOTHING), f"finish_{_word(finish)}")


def _parts(candidate: types.Candidate) -> list[types.Part]:
    return (candidate.content.parts if candidate.content is not None else None) or []


def _word(reason: types.FinishReason | types.BlockedReason) -> str:
    """The reason for logs and metrics; what does not look like one of the API's words is not repeated."""
    return reason.value.lower() if _WORD.fullmatch(reason.value) else "unreadable"
