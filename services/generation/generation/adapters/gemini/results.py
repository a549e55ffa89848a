"""One picture out of one answer, however that came."""

from dataclasses import dataclass

from google.genai import types

from generation.ports import Painting, PaintOrder

from .answers import Answer, read
from .shapes import Picture, decoded, in_shape
from .turns import memo_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A decoded picture, the answer it came in, the model that says it painted it, and the one that was asked."""

    picture: Picture
    answer: Answer
    model: str
    asked: str


def found_in(response: types.GenerateContentResponse, model: str) -> Found:
    """The picture of an answer, read to its end. Raises CallFailed with the reason when there is none."""
    answer = read(response)
    return Found(picture=decoded(answer.image), answer=answer, model=answer.model or model, asked=model)


def painting_of(found: Found, aspect_ratio: str, order: PaintOrder | None = None) -> Painting:
    """The picture in the shape that was ordered; with what is needed to go on from it, where its order is at hand."""
    picture = in_shape(found.picture, aspect_ratio)
    return Painting(
        image=picture.image,
        media_type=picture.media_type,
        width=picture.pixels.width,
        height=picture.pixels.height,
        model=found.model,
        response_id=found.answer.response_id,
        memo=memo_of(found.answer, order, model=found.asked, stored=picture.image) if order else b"",
    )
