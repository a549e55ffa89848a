"""What may be edited, what a version needs, and what it takes over."""

from dataclasses import replace

import pytest

from common.clock import SYSTEM_CLOCK
from common.errors import Invalid
from gateway.domain.figurines import Figurine, Picture, State
from gateway.domain.styles import Choice, Option, Style
from gateway.domain.versions import Edit, NothingToEdit, PhotoNeeded, check_editable, edited, goes_on, seed_of

MATERIAL = Option(id="material", name="", choices=(Choice(id="bronze", name=""), Choice(id="jade", name="")))
SIZE = Option(id="size", name="", choices=(Choice(id="small", name=""), Choice(id="large", name="")))
STATUETTE = Style(
    id="statuette",
    name="",
    description="",
    price=2,
    subjects=(),
    engines=("gemini", "studio"),
    options=(MATERIAL, SIZE),
)
PIN = replace(STATUETTE, id="pin", engines=("studio",), options=(SIZE,))
DONE = Figurine(
    id=SYSTEM_CLOCK.new_id(),
    account_id=SYSTEM_CLOCK.new_id(),
    upload_id=None,
    state=State.SUCCEEDED,
    style="statuette",
    variants=2,
    aspect_ratio="3:4",
    title="Ada",
    price=4,
    engine="gemini",
    pictures=(Picture(n=1, width=8, height=8, editable=True), Picture(n=2, width=8, height=8)),
    failure_code=None,
    created_at=SYSTEM_CLOCK.now(),
    finished_at=None,
    options={"material": "jade", "size": "large", "gone": "long ago"},
    seed=7,
)


@pytest.mark.parametrize("state", State)
def test_only_what_has_pictures_can_be_edited(state: State) -> None:
    figurine = replace(DONE, state=state)
    if state in {State.SUCCEEDED, State.PARTLY_SUCCEEDED}:
        check_editable(figurine, 1)
        return
    with pytest.raises(NothingToEdit) as refusal:
        check_editable(figurine, 1)
    ended = state in {State.FAILED, State.REJECTED, State.CANCELLED}
    assert ("Order it anew" in refusal.value.sentence, "not finished yet" in refusal.value.sentence) == (
        ended,
        not ended,
    )


@pytest.mark.parametrize("picture", [0, 3, -1])
def test_a_picture_there_is_not_is_refused_with_those_there_are(picture: int) -> None:
    with pytest.raises(Invalid, match="from 1 to 2"):
        check_editable(DONE, picture)


def test_what_is_not_said_is_as_it_was_except_that_one_picture_is_enough() -> None:
    order = edited(DONE, Edit(), STATUETTE)
    assert (order.style, order.aspect_ratio, order.title, order.note) == ("statuette", "3:4", "Ada", "")
    assert (order.variants, order.options) == (1, {"material": "jade", "size": "large"})


def test_another_style_takes_over_what_it_offers_too() -> None:
    assert edited(DONE, Edit(style="pin"), PIN).options == {"size": "large"}


def test_what_is_said_counts_also_when_it_is_nothing() -> None:
    order = edited(DONE, Edit(title="", note="Smile.", options={"material": "bronze"}), STATUETTE)
    assert (order.title, order.note, order.options["material"]) == ("", "Smile.", "bronze")


@pytest.mark.parametrize("edit", [Edit(variants=9), Edit(aspect_ratio="7:1"), Edit(title="a" * 61)])
def test_an_edit_is_held_to_the_rules_of_an_order(edit: Edit) -> None:
    with pytest.raises(Invalid):
        edited(DONE, edit, STATUETTE)


def test_a_version_goes_on_where_it_can_and_else_needs_the_photo() -> None:
    assert goes_on(DONE, 1, STATUETTE, photo=False)
    assert not goes_on(DONE, 1, STATUETTE, photo=True)
    for picture, style in ((2, STATUETTE), (1, PIN)):
        with pytest.raises(PhotoNeeded, match="as promised"):
            goes_on(DONE, picture, style, photo=False)
        assert not goes_on(DONE, picture, style, photo=True)


def test_the_seed_is_new_unless_the_same_is_asked_for_and_known() -> None:
    assert (seed_of(DONE, Edit(), 9), seed_of(DONE, Edit(same_seed=True), 9)) == (9, 7)
    with pytest.raises(Invalid, match="was not kept"):
        seed_of(replace(DONE, seed=None), Edit(same_seed=True), 9)


def test_the_root_of_a_tree_is_its_own_root() -> None:
    assert DONE.root == DONE.id
    assert replace(DONE, root_id=DONE.account_id).root == DONE.account_id
