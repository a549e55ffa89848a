"""The account page in a real browser, against the running stack: correcting, confirming, signing out."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from ops.demo import mail
from ops.embedded.waiting import until
from tests.e2e.test_studio_page import FLAWS, PASSWORD, sign_up

pytestmark = pytest.mark.slow

PATIENCE_MS = 30_000


@pytest.fixture
def signed_in(page) -> Page:
    page.goto("/signup")
    sign_up(page)
    page.goto("/account")
    return page


def link_to(stack, address: str, subject: str) -> str:
    """The link of a mail that came to an address; waits for it."""

    def found() -> str:
        letter = mail.find(stack.site.mail, address)
        return letter.link if letter is not None and subject in letter.link else ""

    until(lambda: bool(found()), "The mail", seconds=30)
    return found()


def test_a_name_is_corrected_at_once_and_the_proof_is_shown(signed_in):
    page = signed_in
    expect(page.locator("#uses")).to_contain_text("Chrome on Linux, from 127.0.0.1")
    page.get_by_label("Name", exact=True).fill("Ada King")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#details-said")).to_contain_text("Saved at")
    expect(page.get_by_role("link", name="Ada King")).to_be_visible()
    expect(page.locator("#corrections")).to_contain_text("nothing of the old is left", timeout=PATIENCE_MS)
    page.get_by_text("Where it was").click()
    expect(page.locator("#corrections")).to_contain_text("Your account: corrected")


def test_an_address_is_changed_with_the_password_and_a_link_that_is_pressed_by_keyboard(signed_in, stack):
    page = signed_in
    old, new = page.locator("#address").inner_text(), f"ada-{uuid4().hex}@example.org"
    page.get_by_text("Use another address").click()
    page.get_by_label("New address").fill(new)
    page.get_by_label("Your password", exact=True).fill("not her password")
    page.get_by_role("button", name="Ask the new address").click()
    expect(page.locator("#proof-error")).to_contain_text("not your password")
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#waiting")).to_contain_text(new)

    assert "/stop" in link_to(stack, old, "account/email/stop")
    page.goto(link_to(stack, new, "account/email/confirm"))
    page.get_by_role("button", name="Confirm this address").press("Enter")
    page.get_by_role("link", name="See your account").click()
    expect(page.locator("#address")).to_have_text(new)
    expect(page.locator("#address-state")).to_have_text("Confirmed")
    first = page.locator("#corrections > li").first
    expect(first).to_contain_text("Your e-mail address")
    expect(first).to_contain_text("nothing of the old is left", timeout=PATIENCE_MS)


def test_other_devices_are_signed_out_by_keyboard_and_the_password_is_changed(signed_in, browser, stack):
    page = signed_in
    address = page.locator("#address").inner_text()
    other = browser.new_context(base_url=stack.gateway, ignore_https_errors=True)
    elsewhere = other.new_page()
    elsewhere.goto("/signin?next=/account")
    elsewhere.get_by_label("E-mail").fill(address)
    elsewhere.get_by_label("Password", exact=True).fill(PASSWORD)
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(elsewhere.locator("#address")).to_have_text(address)

    page.reload()
    expect(page.locator("#devices > li")).to_have_count(2)
    page.get_by_role("button", name="Sign out everywhere else").press("Enter")
    expect(page.locator("#devices > li")).to_have_count(1)
    expect(page.locator("#devices-title")).to_be_focused()
    elsewhere.goto("/account")
    expect(elsewhere).to_have_url(re.compile("/signin"))
    other.close()

    page.locator("summary", has_text="Choose another password").click()
    page.get_by_label("The one you have", exact=True).fill("not her password")
    page.get_by_label("The new one", exact=True).fill("a better horse battery")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#old-error")).to_contain_text("not your password")
    page.get_by_label("The one you have", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#password-form-said")).to_contain_text("Changed at")


def test_the_account_page_has_no_flaws_keeps_its_policy_and_never_scrolls_sideways(signed_in):
    page = signed_in
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": 320, "height": 740})
    page.goto("/account", wait_until="networkidle")
    for fold in page.locator("summary").all():
        if fold.is_visible():
            fold.click()
    assert page.evaluate(FLAWS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []


def test_whoever_is_not_signed_in_is_asked_to(page):
    page.goto("/account")
    expect(page).to_have_url(re.compile(r"/signin\?next=/account"))
