"""A line that breaks: the page says so, keeps what was written, and goes on by itself when it is back."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.conftest import signed_in
from tests.e2e.test_studio_page import FIGURINE_MS, choose_cat
from tests.fixtures.customer import Customer

pytestmark = pytest.mark.slow


def test_an_order_that_was_pressed_offline_waits_and_goes_out_once_when_the_line_is_back(
    context: BrowserContext, owner: Customer
) -> None:
    page = signed_in(context, owner)
    page.goto("/studio")
    expect(page.locator("#balance")).to_contain_text("would be left")
    before = len(owner.get("figurines")["items"])
    choose_cat(page)
    page.get_by_label("Name on the base").fill("Chelsea")
    page.get_by_role("radio", name="Keychain").check(force=True)

    context.set_offline(offline=True)
    said = page.locator("#notice")
    expect(said).to_contain_text("You are offline. What you wrote and chose stays here")
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(page.locator(".piece")).to_contain_text("It waits in this tab")
    context.set_offline(offline=False)

    expect(page.locator(".piece[data-look=delivered]")).to_have_count(1, timeout=FIGURINE_MS)
    expect(said).to_be_hidden()
    expect(page.get_by_label("Name on the base")).to_have_value("Chelsea")
    assert len(owner.get("figurines")["items"]) == before + 1


def test_a_page_whose_studio_cannot_be_reached_keeps_what_was_written_and_fills_itself_later(
    context: BrowserContext, owner: Customer
) -> None:
    page = signed_in(context, owner)
    for asked in ("**/v1/**", "**/healthz"):
        page.route(asked, lambda route: route.abort())
    page.goto("/account")
    expect(page.locator("#notice")).to_contain_text("The studio cannot be reached right now")
    expect(page.locator("#devices-away")).to_be_visible()
    page.locator("#contact").fill("12 Ockham Park")
    page.locator("#details").get_by_role("button", name="Save").click()
    expect(page.locator("#details-error")).to_contain_text("The studio is not answering")
    expect(page.locator("#contact")).to_have_value("12 Ockham Park")

    page.unroute_all()
    expect(page.locator("#devices")).to_contain_text("This device")
    expect(page.locator("#devices-away")).to_be_hidden()
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#contact")).to_have_value("12 Ockham Park")
