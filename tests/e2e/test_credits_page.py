"""The credits page in a real browser: a pack is bought on the provider's page, and its credits are there."""

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.customer import PASSWORD, Customer
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow


def test_a_pack_is_bought_in_the_browser_and_given_back(stack: RunningStack, page: Page) -> None:
    person = Customer(stack)
    person.wait_for_credits()
    page.goto("/signin?next=/credits")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Test mode.")).to_be_visible()
    expect(page.locator("#available")).to_have_text("10")
    page.get_by_role("button", name="Buy: 20 credits").click()
    page.get_by_role("button", name="Pay").first.click()
    expect(page.get_by_text("Paid: €4.99 for 20 credits.")).to_be_visible(timeout=20_000)
    expect(page.locator("#available")).to_have_text("30")
    page.get_by_role("button", name="Give it back").click()
    expect(page.locator("#available")).to_have_text("10")
    person.close()
