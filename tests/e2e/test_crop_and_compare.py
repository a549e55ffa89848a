"""A photo is cropped before it is sent, and lies beside its figurine for as long as it is still there."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import signed_in
from tests.e2e.test_studio_page import CAT, FIGURINE_MS, FLAWS, choose_cat
from tests.fixtures.customer import Customer

pytestmark = pytest.mark.slow


# The file of the photo, out of the form that is sent.
TAKE_NOTE = """(() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (form) {
    window.sentPhoto = form.get('photo');
    return send.call(this, form);
  };
})()"""
SENT = "async () => [...new Uint8Array(await window.sentPhoto.arrayBuffer())]"


def make(page: Page) -> None:
    page.get_by_role("button", name="Make it", exact=True).click()


def sent(page: Page) -> bytes:
    """What went out as the photo."""
    return bytes(page.evaluate(SENT))


@pytest.fixture
def studio(context: Any, owner: Customer) -> Page:
    page = signed_in(context, owner)
    page.add_init_script(TAKE_NOTE)
    page.goto("/studio")
    expect(page.locator("#balance")).to_contain_text("would be left")
    page.get_by_role("radio", name="Keychain").check(force=True)
    return page


def crop_to_a_square(page: Page) -> tuple[int, int]:
    """With the keys; how large the photo is then."""
    page.get_by_role("button", name="Crop the photo").click()
    crop = page.get_by_role("dialog", name="Crop the photo")
    corner = crop.get_by_role("button", name="Bottom right corner")
    corner.press("ArrowLeft")
    corner.press("ArrowUp")
    crop.get_by_role("radio", name="As the figurine, 1:1").check(force=True)
    said = crop.locator("#crop-size").inner_text()
    assert page.evaluate(FLAWS) == []
    crop.get_by_role("button", name="Use this part").click()
    expect(page.locator("#photo-about")).to_contain_text(said)
    width, height = map(int, re.findall(r"\d+", said))
    return width, height


def test_only_the_part_that_was_kept_goes_out_and_its_before_is_shown_until_it_is_gone(studio: Page) -> None:
    choose_cat(studio)
    with Image.open(CAT) as photo:
        whole = photo.size
    size = crop_to_a_square(studio)
    assert size[0] == size[1] < min(whole)
    make(studio)
    studio.locator(".piece[data-look=delivered] .picture").click(timeout=FIGURINE_MS)
    with Image.open(BytesIO(sent(studio))) as photo:
        assert photo.size == size

    viewer = studio.get_by_role("dialog", name="Picture")
    slider = viewer.get_by_role("slider", name="Before and after")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("100 % photo"))
    expect(viewer.get_by_role("img", name="Your photo, over the picture")).to_be_visible()
    viewer.get_by_role("button", name="Close").click()
    studio.get_by_role("button", name="Put it on the shelf").click()
    studio.locator("#shelf .picture").first.click()
    expect(slider).to_be_hidden()
    expect(viewer).to_contain_text("no before to show")


def test_a_photo_that_is_not_cropped_goes_out_as_it_is(studio: Page) -> None:
    choose_cat(studio)
    studio.get_by_role("button", name="Crop the photo").click()
    crop = studio.get_by_role("dialog", name="Crop the photo")
    crop.get_by_role("button", name="Top left corner").press("ArrowRight")
    crop.get_by_role("button", name="Use this part").click()
    studio.get_by_role("button", name="Use the whole photo").click()
    expect(studio.get_by_role("button", name="Use the whole photo")).to_be_hidden()
    studio.route("**/v1/figurines", lambda route: route.abort())
    make(studio)
    expect(studio.locator(".piece")).to_contain_text("It waits in this tab")
    assert sent(studio) == CAT.read_bytes()


def test_where_several_are_found_a_crop_says_which_is_meant_and_what_cannot_be_seen_cannot_be_cropped(
    studio: Page, tmp_path: Path
) -> None:
    hint = {"code": "several_people", "sentence": "There are several people in this photo."}
    studio.route("**/v1/photos/check", lambda route: route.fulfill(json={"hints": [hint], "complete": True}))
    studio.locator("[name=style][value=bobble-head]").check(force=True)
    choose_cat(studio)
    studio.get_by_role("button", name="Crop to the one you mean").click()
    expect(studio.get_by_role("dialog", name="Crop the photo")).to_be_visible()
    studio.keyboard.press("Escape")

    unseen = tmp_path / "photo.heic"
    unseen.write_bytes(b"\0\0\0\x18ftypheic" + bytes(1000))
    studio.locator("#photo").set_input_files(unseen)
    expect(studio.get_by_text("It can be cropped only where it can be seen")).to_be_visible()
    expect(studio.get_by_role("button", name="Crop the photo")).to_be_hidden()
