"""Saving a photo, ordering with it again, and deleting it, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_studio_page import FIGURINE_MS, FLAWS, choose_cat, sign_up

pytestmark = pytest.mark.slow


def saved(page: Page):
    return page.get_by_role("group", name="Photos you saved").get_by_role("radio")


def tick(page: Page):
    return page.get_by_label("Save this photo for next time")


def make(page: Page) -> None:
    page.get_by_role("button", name="Make it", exact=True).click()


@pytest.fixture
def keeper(page) -> Page:
    """Somebody new who has had the photo of her cat saved."""
    page.goto("/signup")
    sign_up(page)
    expect(tick(page)).to_be_hidden()
    choose_cat(page)
    expect(tick(page)).not_to_be_checked()
    tick(page).check()
    make(page)
    expect(saved(page)).to_have_count(1, timeout=FIGURINE_MS)
    expect(tick(page)).not_to_be_checked()
    return page


def test_a_saved_photo_is_ordered_with_by_keyboard_and_stays_until_it_is_deleted(keeper):
    keeper.reload()
    expect(saved(keeper)).to_have_count(1)
    saved(keeper).focus()
    keeper.keyboard.press("Space")
    expect(keeper.locator("#photo-about")).to_contain_text(re.compile(r"Saved at \d\d:\d\d, 451 . 300 pixels"))
    expect(tick(keeper)).to_be_hidden()
    assert keeper.evaluate(FLAWS) == []
    with keeper.expect_request(lambda request: request.method == "POST" and "figurines" in request.url) as sent:
        make(keeper)
    assert "saved_photo_id" in (sent.value.post_data or "")
    expect(keeper.locator("#bench .piece-say").first).to_have_text("Done.", timeout=FIGURINE_MS)
    delete_after_second_thoughts(keeper)
    expect(saved(keeper)).to_have_count(0)
    expect(keeper.locator("#photo")).to_be_focused()
    assert keeper.request.get("/v1/photos").json()["saved"] == []


def delete_after_second_thoughts(page: Page) -> None:
    delete = page.get_by_role("button", name="Delete this saved photo")
    row = page.locator("#main .sure")
    delete.click()
    expect(row.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    row.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#saved-say")).to_have_text("The saved photo is deleted.")


def test_deleted_on_the_privacy_page_it_is_gone_in_the_studio_too(keeper, context):
    keeper.reload()
    saved(keeper).check()
    expect(keeper.locator("#photo-about")).to_contain_text("Saved at")
    delete_on_the_privacy_page(context.new_page())
    make(keeper)
    expect(keeper.locator("#photo-error")).to_have_text("This saved photo is no longer here. Choose another one.")
    expect(saved(keeper)).to_have_count(0)
    assert len(keeper.request.get("/v1/figurines").json()["items"]) == 1


def delete_on_the_privacy_page(page: Page) -> None:
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto("/privacy")
    item = page.locator("#saved > li")
    expect(item).to_contain_text(re.compile("451 . 300 pixels"))
    item.scroll_into_view_if_needed()  # pictures further down the page are not fetched before
    expect(item.locator("img")).to_have_js_property("naturalWidth", 384)
    item.get_by_role("button", name="Delete this photo").click()
    assert page.evaluate(FLAWS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    item.get_by_role("button", name="Delete for good").click()
    expect(item).to_have_count(0)
    expect(page.locator("#saved-none")).to_contain_text("A photo stays only if you choose so")
    expect(page.locator("#saved-title")).to_be_focused()
    expect(page.get_by_text("went because you deleted it")).to_be_visible(timeout=FIGURINE_MS)
    assert complaints == []
