"""The gallery and a figurine's own page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_studio_page import FLAWS
from tests.e2e.test_versions_page import order_chelsea

pytestmark = pytest.mark.slow


def test_a_figurine_is_found_in_the_gallery_marked_and_made_anew_from_its_own_page(page: Page) -> None:
    order_chelsea(page)
    page.goto("/gallery")
    assert page.evaluate(FLAWS) == []
    page.get_by_role("link", name="Chelsea").click()
    expect(page.get_by_role("heading", name="Chelsea")).to_be_visible()
    expect(page.get_by_role("img", name="Chelsea")).to_be_visible()
    page.get_by_role("button", name="Make it a favourite").click()
    expect(page.get_by_role("button", name="A favourite")).to_be_visible()
    assert page.evaluate(FLAWS) == []
    page.goto("/gallery")
    page.get_by_label("Favourites only").check()
    page.wait_for_url("**favourite=true**")
    page.get_by_role("link", name="Chelsea").click()
    page.get_by_role("button", name="Make another version").click()
    page.wait_for_url("**/studio?version=**")
    expect(page.locator("#version-of")).to_contain_text("Another version of Chelsea")
    expect(page.get_by_label("Name on the base")).to_have_value("Chelsea")
    page.goto("/styles")
    assert page.evaluate(FLAWS) == []
    page.get_by_role("link", name="Make one: Snow globe").click()
    expect(page.get_by_role("radio", name="Snow globe")).to_be_checked()
