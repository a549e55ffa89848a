"""/v1/styles: what can be ordered."""

from common.answers import Answer
from common.callers import internal_blueprint
from generation.domain import Style, unavailable_because
from generation.routes.context import catalogue

routes = internal_blueprint("styles", __name__)


class ChoiceAnswer(Answer):
    """One way to have an option."""

    id: str
    name: str


class OptionAnswer(Answer):
    """Something to choose; the first choice is the default."""

    id: str
    name: str
    choices: tuple[ChoiceAnswer, ...]


class StyleAnswer(Answer):
    """A style of the catalogue; price in credits per picture, `sample` the file name of a picture of it."""

    id: str
    name: str
    description: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]
    options: tuple[OptionAnswer, ...]
    sample: str | None
    available: bool
    unavailable_because: str | None


class StylesAnswer(Answer):
    """The catalogue."""

    items: list[StyleAnswer]


@routes.get("/v1/styles", responses={200: StylesAnswer})
def list_styles() -> StylesAnswer:
    """The style catalogue, in the order of the wall; the prompts stay here."""
    return StylesAnswer(items=[_answer(style) for style in catalogue().styles.values()])


def _answer(style: Style) -> StyleAnswer:
    reason = unavailable_because(style, catalogue().engines)
    return StyleAnswer(
        id=style.id,
        name=style.name,
        description=style.description,
        price=style.price,
        subjects=style.subjects,
        engines=style.engines,
        options=tuple(OptionAnswer.model_validate(option) for option in style.options),
        sample=style.sample,
        available=reason is None,
        unavailable_because=reason,
    )
