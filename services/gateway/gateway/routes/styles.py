"""/v1/styles: the style catalogue."""

from common.answers import Answer
from common.contracts.allowances import FREE
from gateway.domain.figurines import ASPECT_RATIOS
from gateway.domain.styles import Style
from gateway.routes.context import public, unit

routes = public("styles")


class ChoiceAnswer(Answer):
    """One way to have an option; `surcharge` is what it adds to the price of a picture, in credits.

    `pixels` is the side of a square picture of this size; how much of it one may have, `GET /v1/subscription` says.
    """

    id: str
    name: str
    surcharge: int = 0
    pixels: int = 0


class OptionAnswer(Answer):
    """Something to choose with a style, by id; the first choice is the default."""

    id: str
    name: str
    choices: tuple[ChoiceAnswer, ...]


class StyleAnswer(Answer):
    """One kind of figurine; price in credits per picture, `sample` the address of a picture of it.

    One that is not `available` can be seen, not ordered; `unavailable_because` says why. With `batch` it can be ordered
    for within a day, at half the price with all surcharges, rounded down, as long as that leaves a credit to pay.
    `max_variants` is how many pictures an order may have without a plan.
    """

    id: str
    name: str
    description: str
    sample: str | None
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]
    options: tuple[OptionAnswer, ...]
    aspect_ratios: tuple[str, ...] = ASPECT_RATIOS
    max_variants: int = FREE.variants
    batch: bool = False
    available: bool
    unavailable_because: str | None


class StylesAnswer(Answer):
    """The style wall."""

    items: list[StyleAnswer]
    next_cursor: str | None = None


@routes.get("/v1/styles", responses={200: StylesAnswer})
def list_styles() -> StylesAnswer:
    """The kinds of figurine there are."""
    with unit.begin() as work:
        return StylesAnswer(items=[style_answer(style) for style in work.styles.all()])


def style_answer(style: Style) -> StyleAnswer:
    """A style as the wall shows it."""
    return StyleAnswer(
        id=style.id,
        name=style.name,
        description=style.description,
        sample=f"/static/samples/{style.sample}" if style.sample else None,
        price=style.price,
        subjects=style.subjects,
        engines=style.engines,
        options=tuple(OptionAnswer.model_validate(option) for option in style.options),
        batch=style.batch,
        available=style.unavailable_because is None,
        unavailable_because=style.unavailable_because,
    )
