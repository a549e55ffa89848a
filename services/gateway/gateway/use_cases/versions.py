"""Versions: a figurine made of another one, by its own order, at its own price."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.consents import ConsentRequired, consents_asked_by
from gateway.domain.figurines import Figurine, NoSuchFigurine
from gateway.domain.styles import NoSuchStyle
from gateway.domain.versions import GOING_ON, Edit, Parent, Version, check_editable, edited, goes_on, seed_of
from gateway.repository import Work
from gateway.use_cases.consents import require_unrestricted
from gateway.use_cases.figurines import Placement, Quote, place_order, quote, read_figurine


@dataclass(frozen=True, slots=True, kw_only=True)
class EditQuote:
    """An edit as an order, and what the version comes from."""

    quote: Quote
    parent: Parent
    seed: int


def quote_edit(work: Work, account_id: UUID, figurine_id: UUID, edit: Edit, *, photo: bool, new_seed: int) -> EditQuote:
    """What an edit would be; `photo` when one came with it.

    Raises Restricted, NoSuchFigurine, NothingToEdit, PhotoNeeded, and what `quote` raises.
    """
    require_unrestricted(work, account_id)
    figurine = read_figurine(work, account_id, figurine_id)
    check_editable(figurine, edit.picture)
    style = work.styles.find(edit.style or figurine.style)
    if style is None:
        raise NoSuchStyle
    order = edited(figurine, edit, style)
    parent = Parent(
        id=figurine.id,
        picture=edit.picture,
        root_id=figurine.root,
        goes_on=goes_on(figurine, edit.picture, style, photo=photo),
    )
    quoted = quote(work, account_id, order)
    if parent.goes_on:
        _require_consent(work, account_id)
    return EditQuote(quote=quoted, parent=parent, seed=seed_of(figurine, edit, new_seed))


def place_edit(work: Work, account_id: UUID, placement: Placement) -> Figurine:
    """Write a version down. Raises NoSuchFigurine when what it comes from was deleted meanwhile."""
    if placement.parent is None or not work.figurines.hold(account_id, placement.parent.id):
        raise NoSuchFigurine
    return place_order(work, account_id, placement)


def trees(work: Work, account_id: UUID, figurines: Iterable[Figurine]) -> Mapping[UUID, Sequence[Version]]:
    """Every version in the trees of these figurines, by root, in the order they were made."""
    grown: dict[UUID, list[Version]] = defaultdict(list)
    for version in work.figurines.versions(account_id, sorted({figurine.root for figurine in figurines})):
        grown[version.root_id].append(version)
    return grown


def _require_consent(work: Work, account_id: UUID) -> None:
    """A partner sees the picture now; that it painted it once is no consent for today."""
    if consents_asked_by(GOING_ON).isdisjoint(work.consents.granted(account_id)):
        raise ConsentRequired(
            "Only Google Gemini can go on from this picture, and you do not allow it. "
            "Allow it, or send the photo again with the edit; it cost nothing."
        )
