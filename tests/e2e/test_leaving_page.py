"""Leaving in a real browser: asked for, followed to its end, and the receipt checked in the browser itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from privacy.domain.receipts import check
from tests.e2e.test_studio_page import FLAWS
from tests.fixtures.customer import PASSWORD, Customer
from tests.fixtures.stack import RunningStack

pytestmark = pytest.mark.slow
ERASURE_MS = 60_000
DELETE = "Delete my account and everything in it"


@pytest.fixture
def person(stack: RunningStack, page: Page) -> Iterator[Customer]:
    """Somebody who has just signed up, with her browser signed in."""
    person = Customer(stack, name="Wilhelmina Thistlewood")
    person.wait_for_credits()
    page.goto("/signin?next=/privacy")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your privacy")
    yield person
    person.close()


def leave(page: Page) -> None:
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name=DELETE).click()


def fetched(page: Page, name: str) -> str:
    """What a link saves."""
    with page.expect_download() as begun:
        page.get_by_role("link", name=name).click()
    return Path(begun.value.path()).read_text()


@pytest.mark.usefixtures("person")
def test_somebody_leaves_follows_it_to_the_end_and_her_browser_checks_the_receipt(page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.get_by_role("link", name="See what goes and what stays").click()
    expect(page.locator("#goes")).to_contain_text("Your account")
    expect(page.locator("#unlinked")).to_contain_text(re.compile(r"Your statement.*until \d+ \w+ 20\d\d"))
    expect(page.locator("#loses")).to_contain_text("Your 10 credits are lost")
    assert page.evaluate(FLAWS) == []
    leave(page)
    page.wait_for_url(re.compile(r"/leaving/[^/]+\?key="))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data is deleted", timeout=ERASURE_MS)
    expect(page.locator("#seal")).to_contain_text("Every signature is right: all 6 were checked in this browser")
    page.locator("#receipt-services summary", has_text="The front door").click()
    expect(page.locator("#receipt-services")).to_contain_text("Your account")
    expect(page.locator("#receipt-kept-none")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert page.evaluate(FLAWS) == []
    receipt, keys = json.loads(fetched(page, "receipt.json")), json.loads(fetched(page, "keys.json"))
    assert check(receipt, keys["keys"])["request_id"] in page.url

    # One number in it is another: what the browser says then.
    forged = {**receipt, "body": receipt["body"].replace('erased\\":1', 'erased\\":2', 1)}
    page.route(re.compile(r"/receipt\?"), lambda route: route.fulfill(json=forged))
    page.reload()
    expect(page.locator("#seal")).to_contain_text("its signature does not fit")
    assert complaints == []


def test_with_the_wrong_password_nothing_is_asked_for(page: Page, person: Customer) -> None:
    page.goto("/account/delete")
    password = page.get_by_label("Your password")
    page.get_by_role("button", name=DELETE).click()
    expect(page.locator("#password-error")).to_have_text("Write your password.")
    password.fill("some other words")
    password.press("Enter")
    expect(page.locator("#password-error")).to_contain_text("This is not the password of your account")
    expect(password).to_be_focused()
    expect(page.get_by_role("button", name=DELETE)).to_be_enabled()
    page.get_by_role("link", name="Keep my account").click()
    expect(page.locator("#asked-none")).to_be_visible()
    assert person.get("privacy/requests")["items"] == []
