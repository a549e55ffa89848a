"""What is worth saying about a photo, from what was measured on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.hints import SENTENCES
from generation.domain.hints import PhotoHint, Seen, hints_of

SHARES = st.floats(0, 1)
SIZES = st.lists(st.floats(0.01, 1), max_size=5).map(lambda sizes: tuple(sorted(sizes, reverse=True)))
GOOD = {"cover": 0.3, "extent": 0.8, "parts": (0.3,)}


@pytest.mark.parametrize(
    ("seen", "hints"),
    [
        ({}, ()),
        ({"left": 0.2, "faces": (99,)}, ()),
        ({"cover": 0.01}, (PhotoHint.NO_SUBJECT,)),
        ({"cover": 0.01, "faces": (80,)}, ()),
        ({"cover": 0.02, "extent": 0.2}, (PhotoHint.TINY_SUBJECT,)),
        ({"top": 0.2}, (PhotoHint.CUT_OFF,)),
        ({"top": 0.05, "right": 0.05}, (PhotoHint.CUT_OFF,)),
        ({"right": 0.6}, (PhotoHint.CUT_OFF,)),
        ({"cover": 0.95, "extent": 1.0}, (PhotoHint.CUT_OFF,)),
        ({"faces": (100, 96)}, (PhotoHint.SEVERAL_PEOPLE,)),
        ({"faces": (100, 40)}, ()),
        ({"parts": (0.2, 0.15)}, (PhotoHint.SEVERAL_SUBJECTS,)),
        ({"parts": (0.2, 0.15), "faces": (90, 80)}, (PhotoHint.SEVERAL_PEOPLE,)),
        ({"parts": (0.3, 0.05)}, ()),
    ],
)
def test_a_photo_is_warned_of_for_what_may_go_wrong(seen: dict[str, object], hints: tuple[PhotoHint, ...]) -> None:
    assert hints_of(Seen(**{**GOOD, **seen})) == hints  # pyright: ignore[reportArgumentType]


@given(st.builds(Seen, cover=SHARES, extent=SHARES, top=SHARES, left=SHARES, right=SHARES, parts=SIZES, faces=SIZES))
def test_nothing_is_said_twice_and_a_photo_without_a_subject_is_told_nothing_else(seen: Seen) -> None:
    hints = hints_of(seen)
    assert len(set(hints)) == len(hints)
    assert PhotoHint.NO_SUBJECT not in hints or len(hints) == 1


def test_the_door_has_words_for_everything_the_workshop_may_see() -> None:
    assert set(PhotoHint) <= set(SENTENCES)
