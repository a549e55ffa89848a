"""Names on bases and boxes: any text in, nothing clipped, nothing that cannot be drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.adapters.studio.fonts import drawable, runs
from generation.adapters.studio.lettering import lettered

PLATE = (480, 60)


@pytest.mark.parametrize("title", ["", "   ", "\u200b\u200d", "\U0001f9ff", "\x00\x07"])
def test_a_title_with_nothing_to_draw_leaves_the_plate_bare(title):
    assert lettered(title, PLATE) is None


@pytest.mark.parametrize(
    "title", ["Ada", "Ångström", "Ελένη", "Настя", "שרה", "سارة", "小明", "さくら", "지우", "Zoë ★"]
)
def test_names_of_many_scripts_are_drawn_whole(title):
    assert drawable(title) == title
    assert lettered(title, PLATE).max() > 0.9


def test_what_no_font_can_draw_is_dropped_and_the_rest_stays():
    assert drawable("Ada\U0001f9ff\n of\u0000  Ghana") == "Ada of Ghana"


def test_accents_typed_apart_are_joined():
    assert drawable("Zoe\u0308") == "Zoë"


def test_a_line_that_begins_in_hebrew_sets_its_runs_from_the_right():
    assert [text.strip() for _, text in runs("שרה Ada")] == ["Ada", "שרה"]


@pytest.mark.parametrize(
    "title", ["W" * 60, "Wm " * 20, "A very long name of a very small and rather proud old dog, ok"]
)
def test_long_titles_shrink_and_wrap_and_touch_no_edge(title):
    ink = lettered(title, PLATE)
    assert ink.max() > 0.5
    assert max(ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()) == 0.0


def test_short_titles_are_larger_than_long_ones():
    def stroke(title):
        inked = lettered(title, PLATE).max(axis=0) > 0.5
        return np.argmin(inked[np.argmax(inked) :])

    assert stroke("I I") > 1.5 * stroke("I " * 30)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_any_text_gives_a_plate_of_the_right_size_or_none(title):
    ink = lettered(title, PLATE)
    assert ink is None or ink.shape == (PLATE[1], PLATE[0])
