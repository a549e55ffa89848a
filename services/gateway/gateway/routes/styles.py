"""/v1/styles: the style catalogue."""

from common.answers import Answer
from gateway.domain.figurines import ASPECT_RATIOS, MAX_VARIANTS, Style
from gateway.routes.context import public, unit

routes = public("styles")


class StyleOptions(Answer):
    """What can be chosen with a style."""

    aspect_ratios: tuple[str, ...] = ASPECT_RATIOS
    max_variants: int = MAX_VARIANTS


class StyleAnswer(Answer):
    """One kind of figurine; price in credits per picture, `sample` the address of a picture of it."""

    id: str
    name: str
    description: str
    sample: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]
    options: StyleOptions


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
        sample=f"/static/samples/{style.id}.jpg",
        price=style.price,
        subjects=style.subjects,
        engines=style.engines,
        options=StyleOptions(),
    )
