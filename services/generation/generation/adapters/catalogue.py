"""The style catalogue: one TOML file per style, and the options that several share under `shared/`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from generation.domain import PLACEHOLDER, Choice, Option, Slot, Style

DIRECTORY = Path(__file__).parent.parent / "catalogue"

M = TypeVar("M", bound=BaseModel)


class CatalogueBroken(Exception):
    """A file of the catalogue is not as it has to be; says which and why."""


def _one_line(text: str) -> str:
    return " ".join(text.split())


Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True), AfterValidator(_one_line)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Choice(_Strict):
    id: Id
    name: Words
    prompt: Words | None = None
    surcharge: Annotated[int, Field(ge=0)] = 0
    pixels: Annotated[int, Field(ge=0)] = 0


class _Shared(_Strict):
    """An option of `shared/`; its file's name is its id."""

    name: Words
    choices: Annotated[list[_Choice], Field(min_length=2)]


class _Option(_Shared):
    id: Id


class _Prompt(_Strict):
    task: Words
    likeness: Words
    material: Words
    base: Words
    set: Words
    camera: Words
    exclusions: Words


class _Style(_Strict):
    name: Words
    description: Words
    place: int
    price: Annotated[int, Field(ge=1)]
    subjects: Annotated[list[Literal["people", "pets", "groups", "objects"]], Field(alias="for", min_length=1)]
    engines: Annotated[list[Literal["gemini", "studio"]], Field(min_length=1)]
    options: list[_Option] = []
    shared_options: list[Id] = []
    # What choices of shared options add to this style's price: {"resolution": {"large": 1}}.
    surcharges: dict[Id, dict[Id, Annotated[int, Field(ge=0)]]] = {}
    sample: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.(jpg|png|webp)$")] | None = None
    prompt: _Prompt


def read_catalogue(directory: Path = DIRECTORY) -> dict[str, Style]:
    """Every style by its id, which is its file's name, in the order of the wall; raises CatalogueBroken."""
    shared = {file.stem: _shared(file) for file in sorted((directory / "shared").glob("*.toml"))}
    styles = [_style(file, shared) for file in sorted(directory.glob("*.toml"))]
    return {style.id: style for style in sorted(styles, key=lambda style: (style.place, style.id))}


def _style(file: Path, shared: dict[str, Option]) -> Style:
    read = _read(file, _Style)
    if unknown := [name for name in read.shared_options if name not in shared]:
        raise CatalogueBroken(f"{file.name}: there is no shared option {', '.join(unknown)}")
    own = [_option(option, option.id) for option in read.options]
    style = Style(
        id=file.stem,
        name=read.name,
        description=read.description,
        price=read.price,
        subjects=tuple(read.subjects),
        engines=tuple(read.engines),
        place=read.place,
        options=(*own, *(_surcharged(shared[name], read.surcharges.get(name, {})) for name in read.shared_options)),
        sample=read.sample,
        prompt={slot: getattr(read.prompt, slot) for slot in Slot},
    )
    if flaw := _flaw(style) or _stray_surcharge(style, read):
        raise CatalogueBroken(f"{file.name}: {flaw}")
    return style


def _shared(file: Path) -> Option:
    return _option(_read(file, _Shared), file.stem)


def _option(read: _Shared, option_id: str) -> Option:
    choices = tuple(
        Choice(id=each.id, name=each.name, prompt=each.prompt or "", surcharge=each.surcharge, pixels=each.pixels)
        for each in read.choices
    )
    return Option(id=option_id, name=read.name, choices=choices)


def _read(file: Path, model: type[M]) -> M:
    try:
        return model.model_validate(tomllib.loads(file.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueBroken(f"{file.name}: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise CatalogueBroken(f"{file.name}: {wrong}") from error


def _flaw(style: Style) -> str | None:
    """What the shape of a file alone cannot show."""
    if twice := _twice([option.id for option in style.options]):
        return f"the option {twice} is there twice"
    for option in style.options:
        if twice := _twice([choice.id for choice in option.choices]):
            return f"the choice {twice} of {option.id} is there twice"
    # Either every choice has words and a slot takes them, or none of both.
    spoken = {option.id for option in style.options if any(choice.prompt for choice in option.choices)}
    mute = [option.id for option in style.options if option.id in spoken and not all(c.prompt for c in option.choices)]
    taken = {name for text in style.prompt.values() for name in PLACEHOLDER.findall(text)}
    if mute:
        return f"a choice of {mute[0]} has no prompt"
    if taken != spoken:
        return f"no slot takes, or no option gives, {', '.join(sorted(taken ^ spoken))}"
    return None


def _surcharged(option: Option, surcharges: Mapping[str, int]) -> Option:
    choices = [replace(each, surcharge=surcharges.get(each.id, each.surcharge)) for each in option.choices]
    return replace(option, choices=tuple(choices))


def _stray_surcharge(style: Style, read: _Style) -> str | None:
    """A surcharge for what cannot be chosen, or for what everybody gets who chooses nothing."""
    offered = {option.id: {choice.id for choice in option.choices} for option in style.options}
    for option_id, surcharges in read.surcharges.items():
        if option_id not in read.shared_options or not surcharges.keys() <= offered[option_id]:
            return f"there is nothing to choose for a surcharge of {option_id}"
    dear = next((option.id for option in style.options if option.choices[0].surcharge), None)
    return f"the first choice of {dear} is part of the price and has no surcharge" if dear else None


def _twice(ids: Sequence[str]) -> str | None:
    return next((each for each in ids if ids.count(each) > 1), None)
