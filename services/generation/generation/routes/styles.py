"""/v1/styles: what can be ordered."""

from common.answers import Answer
from common.callers import internal_blueprint
from generation.domain import Style, batch_engine, unavailable_because
from generation.domain.desk import SWITCHED_OFF
from generation.routes.context import catalogue, unit

routes = internal_blueprint("styles", __name__)


class ChoiceAnswer(Answer):
    """One way to have an option; `surcharge` is what it adds to the price of a picture, in credits.

    `pixels` is the side of a square picture of this size: plans differ in how much of it they allow.
    """

    id: str
    name: str
    surcharge: int = 0
    pixels: int = 0


class OptionAnswer(Answer):
    """Something to choose; the first choice is the default."""

    id: str
    name: str
    choices: tuple[ChoiceAnswer, ...]


class StyleAnswer(Answer):
    """A style of the catalogue; price in credits per picture, `sample` the file name of a picture of it.

    `batch` says whether it can be ordered for within a day, at half the price.
    """

    id: str
    name: str
    description: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]
    options: tuple[OptionAnswer, ...]
    sample: str | None
    batch: bool = False
    available: bool
    unavailable_because: str | None


class StylesAnswer(Answer):
    """The catalogue."""

    items: list[StyleAnswer]


@routes.get("/v1/styles", responses={200: StylesAnswer})
def list_styles() -> StylesAnswer:
    """The style catalogue, in the order of the wall; the prompts stay here."""
    with unit.begin() as work:
        off = work.desk.switched_off()
    return StylesAnswer(items=[_answer(style, off=style.id in off) for style in catalogue().styles.values()])


def _answer(style: Style, *, off: bool) -> StyleAnswer:
    reason = SWITCHED_OFF if off else unavailable_because(style, catalogue().engines)
    return StyleAnswer(
        id=style.id,
        name=style.name,
        description=style.description,
        price=style.price,
        subjects=style.subjects,
        engines=style.engines,
        options=tuple(OptionAnswer.model_validate(option) for option in style.options),
        sample=style.sample,
        batch=batch_engine(style.engines, catalogue().batches) is not None,
        available=reason is None,
        unavailable_because=reason,
    )
