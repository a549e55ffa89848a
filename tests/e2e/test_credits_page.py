"""The credits page in a real browser: paying by card and by transfer, and what the page says of it."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_studio_page import FLAWS
from tests.fixtures.customer import PASSWORD, Customer
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow
PAYMENT_MS = 20_000


@pytest.fixture
def coupon(stack: RunningStack) -> str:
    """A code that takes ten percent off, as an operator makes it."""
    asked = [sys.executable, "-m", "billing.operator", "code", "percent", "10", "--label", "test"]
    made = subprocess.run(asked, env=stack.environments.of("billing"), capture_output=True, text=True, check=True)
    return made.stdout.split()[-1]


def sign_in(page: Page, person: Customer) -> None:
    page.goto("/signin?next=/credits")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def order_by_transfer(page: Page) -> None:
    """Ends on the credits page, where the order waits."""
    page.get_by_role("radio", name="Bank transfer").check()
    page.get_by_role("button", name="Buy: 60 credits").click()
    expect(page.get_by_text("GB33 BUKB 2020 1555 5555 55")).to_be_visible()
    page.goto("/credits")
    expect(page.locator("#orders")).to_contain_text("waiting for your transfer")


def give_up_the_transfer(page: Page) -> None:
    page.get_by_role("button", name="Give up 60 credits").click()
    page.get_by_role("button", name="Give it up", exact=True).click()
    expect(page.locator("#orders")).to_contain_text("given up")


def read_again(page: Page) -> None:
    """Ends when the page has read its orders again, and shown them."""
    with page.expect_response("**/v1/invoices?*"), page.expect_response("**/v1/orders?*"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.evaluate("new Promise(requestAnimationFrame)")


def test_a_pack_is_bought_in_the_browser_and_given_back(stack: RunningStack, page: Page, coupon: str) -> None:
    page.goto("/credits")
    expect(page.get_by_role("heading", name="20 credits")).to_be_visible()
    expect(page.locator("#plans")).to_contain_text("Up to 8 pictures at once, instead of 4")
    person = Customer(stack)
    person.wait_for_credits()
    sign_in(page, person)
    expect(page.get_by_text("Test mode:")).to_be_visible()
    expect(page.locator("#available")).to_have_text("10")
    order_by_transfer(page)

    page.get_by_label("Gift code or coupon").fill(coupon)
    page.get_by_role("button", name="Use the code").click()
    expect(page.locator("#coupon")).to_contain_text("10 % less")
    page.get_by_role("button", name="Buy: 20 credits").click()
    page.get_by_role("button", name="Pay").first.click()
    expect(page.get_by_text("Paid: €4.50 for 20 credits.")).to_be_visible(timeout=PAYMENT_MS)
    expect(page.locator("#available")).to_have_text("30")
    expect(page.locator("#documents")).to_contain_text("Invoice and receipt")
    assert page.evaluate(FLAWS) == []

    page.get_by_role("button", name="Give back 20 credits for €4.50").click()
    read_again(page)  # As news may make it: the question stays open, and under the finger.
    page.get_by_role("button", name="Give it back", exact=True).click()
    expect(page.locator("#available")).to_have_text("10")
    expect(page.locator("#orders")).to_contain_text(re.compile("€4.50 given back"))
    give_up_the_transfer(page)
    person.close()
