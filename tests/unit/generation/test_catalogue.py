"""The style catalogue: complete, brand-free, and refused with file and reason where it is not as it has to be."""

import re
import tomllib
from pathlib import Path

import pytest

from gateway.routes.pages import WEB
from generation.adapters.catalogue import DIRECTORY, CatalogueBroken, read_catalogue
from generation.adapters.studio.render import STYLES
from generation.domain import Slot, Style, as_painted, unavailable_because

CATALOGUE = read_catalogue()
STUDIO = {
    "acrylic-standee",
    "window-box",
    "statuette",
    "big-head-vinyl",
    "bobble-head",
    "enamel-pin",
    "snow-globe",
    "keychain",
}
GEMINI_ALONE = {"desk-statue", "action-figure", "chibi", "brick-minifigure", "plush", "crochet", "porcelain", "clay"}
# Makers and characters whose names such prompts are often seen with.
BRANDS = re.compile(
    r"funko|pop!|lego|bandai|nendoroid|good smile|barbie|mattel|hasbro|playmobil|disney|pixar|marvel|steiff|zbrush|"
    r"blender|swarovski|meissen|wedgwood|coca|apple|nintendo|pok[eé]mon|star wars|aardman|wallace",
    re.IGNORECASE,
)
GOOD = """
name = "Test"
description = "A test."
place = 1
price = 1
for = ["people"]
engines = ["studio"]
shared_options = ["backdrop"]

[[options]]
id = "mood"
name = "Mood"
choices = [{ id = "calm", name = "Calm", prompt = "calm" }, { id = "wild", name = "Wild", prompt = "wild" }]

[prompt]
task = "t"
likeness = "a {mood} face"
material = "m"
base = "b"
set = "in front of {backdrop}"
camera = "c"
exclusions = "e"
"""
SHARED = """
name = "Backdrop"
choices = [{ id = "auto", name = "Auto", prompt = "grey" }, { id = "warm", name = "Warm", prompt = "red" }]
"""


def read(tmp_path: Path, text: str, shared: str = SHARED) -> dict[str, Style]:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "backdrop.toml").write_text(shared)
    (tmp_path / "test.toml").write_text(text)
    return read_catalogue(tmp_path)


def choices(style: str, option: str) -> list[str]:
    (found,) = [each for each in CATALOGUE[style].options if each.id == option]
    return [choice.id for choice in found.choices]


def test_every_kind_of_figurine_people_expect_is_there() -> None:
    assert set(CATALOGUE) == STUDIO | GEMINI_ALONE


@pytest.mark.parametrize("style", CATALOGUE.values(), ids=CATALOGUE)
def test_gemini_is_asked_first_and_the_studio_engine_where_it_is_honest(style: Style) -> None:
    assert style.engines == (("gemini", "studio") if style.id in STUDIO else ("gemini",))


@pytest.mark.parametrize("style", sorted(STUDIO))
def test_whatever_the_studio_engine_paints_has_a_backdrop_and_a_size(style: str) -> None:
    assert choices(style, "backdrop") == ["auto", "warm", "cool", "dark", "paper"]
    assert choices(style, "resolution") == ["standard", "large", "largest"]


def test_materials_and_heads_are_those_the_engines_know() -> None:
    assert choices("statuette", "material") == ["bronze", "gold", "marble", "jade"]
    assert choices("big-head-vinyl", "head") == ["natural", "bobble"]


def test_every_style_the_studio_engine_knows_is_in_the_catalogue() -> None:
    assert set(STYLES) <= {style.id for style in CATALOGUE.values() if "studio" in style.engines}


def test_each_of_people_pets_groups_and_objects_has_most_of_the_wall() -> None:
    for subject in ("people", "pets", "groups", "objects"):
        assert sum(subject in style.subjects for style in CATALOGUE.values()) >= 9


def test_no_two_styles_share_a_place_on_the_wall() -> None:
    places = [style.place for style in CATALOGUE.values()]
    assert places == sorted(set(places))


@pytest.mark.parametrize("style", CATALOGUE.values(), ids=CATALOGUE)
def test_a_prompt_says_what_must_hold_for_every_figurine(style: Style) -> None:
    assert all(len(style.prompt[slot]) > 60 for slot in Slot if slot is not Slot.SET)
    assert "photo" in style.prompt[Slot.TASK]
    assert "exactly as many" in style.prompt[Slot.LIKENESS]
    for must in ("skin colour", "hair", "clothes"):
        assert must in style.prompt[Slot.LIKENESS] or style.id == "statuette"
    words = " ".join(style.prompt.values())
    assert "title in the data" in words
    assert "exactly as quoted" in words
    for never in ("brand names", "logos", "watermarks", "no lettering", "limbs"):
        assert never in style.prompt[Slot.EXCLUSIONS]


@pytest.mark.parametrize("file", [*DIRECTORY.rglob("*.toml")], ids=lambda file: file.stem)
def test_no_maker_is_named(file: Path) -> None:
    assert BRANDS.findall(file.read_text()) == []


@pytest.mark.parametrize("style", CATALOGUE.values(), ids=CATALOGUE)
def test_a_customer_reads_one_short_sentence_about_a_style(style: Style) -> None:
    assert 40 <= len(style.description) <= 130
    assert style.description.endswith(".")
    assert "!" not in style.description


@pytest.mark.parametrize("style", [style for style in CATALOGUE.values() if style.sample], ids=lambda style: style.id)
def test_a_sample_picture_is_one_the_gateway_serves(style: Style) -> None:
    assert (WEB / "static" / "samples" / str(style.sample)).is_file()


def test_a_style_nobody_has_a_picture_of_has_a_drawing_on_the_wall() -> None:
    drawings = set(re.findall(r'<symbol id="([a-z-]+)"', (WEB / "static" / "styles.svg").read_text()))
    assert set(CATALOGUE) <= drawings


def test_a_good_file_is_read_with_its_own_and_its_shared_options(tmp_path: Path) -> None:
    style = read(tmp_path, GOOD)["test"]
    assert [option.id for option in style.options] == ["mood", "backdrop"]
    assert style.settled({"mood": "wild", "backdrop": "nowhere", "smell": "none"}) == {
        "mood": "wild",
        "backdrop": "auto",
    }


@pytest.mark.parametrize(
    ("wrong", "right", "reason"),
    [
        ('colour = "red"\nname', "name", "colour"),
        ("price = 0", "price = 1", "price"),
        ('price = "1"', "price = 1", "price"),
        ('for = ["cars"]', 'for = ["people"]', "people"),
        ('engines = ["oracle"]', 'engines = ["studio"]', "engines"),
        ("", 'camera = "c"', "prompt.camera"),
        ('camera = "  "', 'camera = "c"', "prompt.camera"),
        ('camera = "c"\nmusic = "m"', 'camera = "c"', "prompt.music"),
        ('id = "backdrop"', 'id = "mood"', "backdrop is there twice"),
        ('id = "calm", name = "Wild"', 'id = "wild", name = "Wild"', "calm of mood is there twice"),
        ('name = "Wild" }', 'name = "Wild", prompt = "wild" }', "a choice of mood has no prompt"),
        ('likeness = "a face"', 'likeness = "a {mood} face"', "mood"),
        ('likeness = "a {mood} {hat}"', 'likeness = "a {mood} face"', "hat"),
        ('shared_options = ["weather"]', 'shared_options = ["backdrop"]', "no shared option weather"),
        ('sample = "../x.jpg"\nname', "name", "sample"),
        ("name = ", 'name = "Test"', "Invalid value"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_name_and_the_reason(
    tmp_path: Path, wrong: str, right: str, reason: str
) -> None:
    with pytest.raises(CatalogueBroken, match=rf"test\.toml: .*{re.escape(reason)}"):
        read(tmp_path, GOOD.replace(right, wrong, 1))


def test_a_shared_option_that_is_wrong_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match=r"backdrop\.toml: choices"):
        read(tmp_path, GOOD, shared='name = "Backdrop"\nchoices = []')


def test_a_style_is_available_when_an_engine_that_paints_it_is_here() -> None:
    styles = as_painted(CATALOGUE, {"studio": {"statuette"}})
    assert unavailable_because(styles["statuette"], {"studio"}) is None
    assert unavailable_because(styles["keychain"], {"studio", "gemini"}) is None
    told = unavailable_because(styles["keychain"], {"studio"})
    assert told == "Painted by Google Gemini, which this studio is not connected to."
    assert (styles["keychain"].engines, styles["statuette"].engines) == (("gemini",), ("gemini", "studio"))


def test_a_style_no_engine_paints_any_more_says_so() -> None:
    styles = as_painted(CATALOGUE, {"studio": (), "gemini": ()})
    assert unavailable_because(styles["statuette"], {"studio", "gemini"}) == "No engine of this studio paints it yet."


def test_the_catalogue_is_written_for_people_who_edit_it() -> None:
    for file in DIRECTORY.glob("*.toml"):
        assert list(tomllib.loads(file.read_text()))[-1] == "prompt"
        assert max(map(len, file.read_text().splitlines())) <= 200


DEAR = GOOD.replace('prompt = "wild"', 'prompt = "wild", surcharge = 2')


def test_a_choice_may_cost_more_its_own_or_a_shared_one(tmp_path: Path) -> None:
    text = DEAR.replace("[[options]]", "[surcharges.backdrop]\nwarm = 1\n\n[[options]]", 1)
    style = read(tmp_path, text)["test"]
    prices = {
        (mood, backdrop): style.unit_price({"mood": mood, "backdrop": backdrop})
        for mood in ("calm", "wild")
        for backdrop in ("auto", "warm")
    }
    assert prices == {("calm", "auto"): 1, ("calm", "warm"): 2, ("wild", "auto"): 3, ("wild", "warm"): 4}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("[[options]]", "[surcharges.backdrop]\nplaid = 1\n[[options]]", 1), "nothing to choose"),
        (GOOD.replace("[[options]]", "[surcharges.size]\nlarge = 1\n[[options]]", 1), "nothing to choose"),
        (GOOD.replace("[[options]]", "[surcharges.backdrop]\nauto = 1\n[[options]]", 1), "first choice of backdrop"),
        (GOOD.replace("[[options]]", "[surcharges.backdrop]\nwarm = -1\n[[options]]", 1), "greater than or equal"),
        (GOOD.replace('prompt = "calm"', 'prompt = "calm", surcharge = 1'), "first choice of mood"),
    ],
)
def test_a_surcharge_that_cannot_be_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CatalogueBroken, match=says):
        read(tmp_path, text)
