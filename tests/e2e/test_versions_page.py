"""Versions in a real browser: another one of a figurine, by a note where that is enough, else with its photo again."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.test_studio_page import FIGURINE_MS, FLAWS, choose_cat, sign_up

pytestmark = pytest.mark.slow


def delivered(page: Page) -> Locator:
    return page.locator(".piece[data-look=delivered]").get_by_role("img", name="Chelsea")


def as_if_gemini_had_painted(route: Route) -> None:
    """The studio's answer, but for one word: its pictures could be gone on from."""
    answer = route.fetch()
    figurine = answer.json()
    for picture in figurine.get("pictures", []):
        picture["editable"] = True
    route.fulfill(response=answer, json=figurine)


def order_chelsea(page: Page) -> None:
    page.goto("/signup")
    sign_up(page)
    choose_cat(page)
    page.get_by_label("Name on the base").fill("Chelsea")
    page.get_by_role("radio", name="Keychain").check(force=True)
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(delivered(page)).to_have_count(1, timeout=FIGURINE_MS)


def make_another_with_the_photo_again(page: Page) -> None:
    """The studio engine needs the photo: everything else is filled in."""
    delivered(page).click()
    page.get_by_role("button", name="Make another version").click()
    expect(page.locator("#version-of")).to_contain_text("Another version of Chelsea")
    expect(page.locator("#version-of")).to_contain_text("Its photo was deleted once the figurine existed")
    expect(page.get_by_label("Name on the base")).to_have_value("Chelsea")
    expect(page.get_by_role("radio", name="Keychain")).to_be_checked()
    page.get_by_role("button", name="Remove the photo").click()
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(page.locator("#photo-error")).to_have_text("Choose a photo first.")
    choose_cat(page)
    assert page.evaluate(FLAWS) == []
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(delivered(page)).to_have_count(2, timeout=FIGURINE_MS)
    expect(page.locator("#version-of")).to_be_hidden()


def go_from_the_second_to_the_first(page: Page) -> None:
    """Both stand beside each other, and lead to each other."""
    delivered(page).first.click()
    tree = page.get_by_role("list", name="Versions")
    expect(tree.get_by_role("listitem")).to_have_count(2)
    second = tree.get_by_role("button", name="Version 2, made from 1")
    expect(second).to_have_attribute("aria-current", "true")
    assert page.evaluate(FLAWS) == []
    tree.get_by_role("button", name="Version 1", exact=True).click()
    expect(tree.get_by_role("button", name="Version 1", exact=True)).to_have_attribute("aria-current", "true")


def test_another_version_of_a_figurine_is_one_easy_step(page: Page) -> None:
    order_chelsea(page)
    make_another_with_the_photo_again(page)
    page.route("**/v1/figurines/*", as_if_gemini_had_painted)
    go_from_the_second_to_the_first(page)

    # Where the picture is enough, a note is all; and what the studio refuses, it says.
    page.get_by_role("button", name="Make another version").click()
    page.get_by_label("What should be different?").fill("A blue scarf.")
    assert page.evaluate(FLAWS) == []
    page.get_by_role("button", name="Make this version").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("The photo was deleted")
    page.get_by_role("button", name="Change the style or the photo").click()
    expect(page.get_by_label("Note to the maker")).to_have_value("A blue scarf.")
