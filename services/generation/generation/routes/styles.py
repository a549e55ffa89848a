"""/v1/styles: what can be ordered."""

from common.answers import Answer
from common.callers import internal_blueprint
from generation.routes.context import catalogue

routes = internal_blueprint("styles", __name__)


class StyleAnswer(Answer):
    """A style of the catalogue; price in credits per picture."""

    id: str
    name: str
    description: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]


class StylesAnswer(Answer):
    """The catalogue."""

    items: list[StyleAnswer]


@routes.get("/v1/styles", responses={200: StylesAnswer})
def list_styles() -> StylesAnswer:
    """The style catalogue."""
    return StylesAnswer(items=[StyleAnswer.model_validate(style) for style in catalogue().styles.values()])
