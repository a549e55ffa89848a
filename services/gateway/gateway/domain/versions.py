"""Versions of a figurine: what may be edited, what a version needs, and the tree they stand in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from common.errors import Conflict, Invalid
from gateway.domain.figurines import ASPECT_RATIOS, Figurine, Order, State, check_order
from gateway.domain.styles import Style

# Engines that go on from a picture of theirs, without the photo.
GOING_ON: Final = frozenset({"gemini"})
_DELIVERED: Final = frozenset({State.SUCCEEDED, State.PARTLY_SUCCEEDED})
_ENDED: Final = frozenset({State.FAILED, State.REJECTED, State.CANCELLED})


class NothingToEdit(Conflict):
    """This figurine is not finished yet. Edit it once its pictures are there."""

    code = "nothing_to_edit"


class PhotoNeeded(Conflict):
    """The photo was deleted once the figurine existed, as promised. Send it again with the edit."""

    code = "photo_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is to be different; None is as it was."""

    picture: int = 1
    note: str = ""
    variants: int = 1
    style: str | None = None
    aspect_ratio: str | None = None
    title: str | None = None
    options: Mapping[str, str] | None = None
    same_seed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """What a version comes from: a picture of a figurine. `goes_on`: without the photo."""

    id: UUID
    picture: int
    root_id: UUID
    goes_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A figurine in its tree: from which picture of which other one it came, and what was to be different."""

    id: UUID
    root_id: UUID
    parent_id: UUID | None
    picture: int | None
    created_at: datetime
    state: State
    note: str


def check_editable(figurine: Figurine, picture: int) -> None:
    """Raises NothingToEdit, or Invalid when it has no such picture."""
    if figurine.state in _ENDED:
        raise NothingToEdit("This figurine has no picture to make another version of. Order it anew.")
    if figurine.state not in _DELIVERED:
        raise NothingToEdit
    if picture not in {each.n for each in figurine.pictures}:
        raise Invalid(f"This figurine has no picture {picture}; they count from 1 to {len(figurine.pictures)}.")


def edited(figurine: Figurine, edit: Edit, style: Style) -> Order:
    """The order of a version: as the figurine was, but for what is to be different. Raises Invalid."""
    ratio = figurine.aspect_ratio if figurine.aspect_ratio in ASPECT_RATIOS else ASPECT_RATIOS[0]
    return check_order(
        style=style.id,
        variants=edit.variants,
        aspect_ratio=edit.aspect_ratio or ratio,
        title=figurine.title if edit.title is None else edit.title,
        note=edit.note,
        options={**_kept_options(figurine, style), **(edit.options or {})},
    )


def goes_on(figurine: Figurine, picture: int, style: Style, *, photo: bool) -> bool:
    """Whether a version is made of the picture itself. Raises PhotoNeeded when only a photo will do and none came."""
    if photo:
        return False
    editable = any(each.n == picture and each.editable for each in figurine.pictures)
    if not editable or GOING_ON.isdisjoint(style.engines):
        raise PhotoNeeded
    return True


def seed_of(figurine: Figurine, edit: Edit, new: int) -> int:
    """The figurine's own when it is to be the same, else a new one. Raises Invalid when it is not known."""
    if not edit.same_seed:
        return new
    if figurine.seed is None:
        raise Invalid("The seed of this figurine was not kept. Leave same_seed out.")
    return figurine.seed


def _kept_options(figurine: Figurine, style: Style) -> dict[str, str]:
    """What was chosen, where the style still offers it; with another style, what has the same name there."""
    offered = {option.id: {choice.id for choice in option.choices} for option in style.options}
    return {name: choice for name, choice in figurine.options.items() if choice in offered.get(name, ())}
