"""Passkeys and codes in a real browser, with the authenticator that Chromium itself plays."""

import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from pyotp.totp import TOTP

from tests.e2e.conftest import PATIENCE_MS, chromium
from tests.e2e.test_studio_page import PASSWORD, sign_up

pytestmark = pytest.mark.slow


def key_of(address: str) -> str:
    """The digest of the server's key: a browser that ignored its certificate altogether would refuse passkeys."""
    parts = urlsplit(address)
    pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443))
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    return b64encode(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()


@pytest.fixture(scope="module")
def browser(stack) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launched(playwright, stack.gateway)
        yield browser
        browser.close()


def launched(playwright: Playwright, address: str) -> Browser:
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", f"--ignore-certificate-errors-spki-list={key_of(address)}"]
    return playwright.chromium.launch(executable_path=chromium(), args=arguments)


@pytest.fixture
def page(browser, stack) -> Iterator[Page]:
    context = browser.new_context(base_url=stack.gateway, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile(r"/$"))
    page.goto("/signin?next=/account")


def give_the_password(page: Page, address: str) -> None:
    sign_out(page)
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def add_a_passkey(page: Page) -> str:
    """Adds one; a recovery code."""
    page.get_by_text("Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("My telephone")
    page.keyboard.press("Enter")
    expect(page.locator("#passkeys > li")).to_contain_text("My telephone")
    expect(page.locator("#codes > li")).to_have_count(10)
    code = page.locator("#codes > li").first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.locator("#factors-state")).to_have_text("On")
    return code


def test_a_passkey_is_added_signs_in_without_a_password_and_is_taken_away_again(page):
    page.goto("/signup")
    sign_up(page)
    page.goto("/account")
    address, code = page.locator("#address").inner_text(), add_a_passkey(page)

    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#address")).to_have_text(address)
    expect(page.locator("#passkeys > li")).to_contain_text("last used")

    give_the_password(page, address)
    page.get_by_label("Code").fill("nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("#code-error")).to_contain_text("not right")
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("#codes-left")).to_have_text("9 recovery codes are left.")
    page.get_by_role("button", name="Remove the passkey My telephone").click()
    expect(page.locator("#factors-state")).to_have_text("Off")


def test_an_app_is_set_up_by_the_letters_beside_the_picture_and_asked_for_at_the_door(page):
    page.goto("/signup")
    sign_up(page)
    page.goto("/account")
    address = page.locator("#address").inner_text()
    page.get_by_role("button", name="Set up an app").click()
    expect(page.locator("#totp-picture svg")).to_be_visible()
    totp = TOTP(page.locator("#totp-secret").inner_text().replace(" ", ""))
    page.get_by_label("The code it shows").fill(totp.now())
    page.get_by_role("button", name="Switch it on").click()
    expect(page.locator("#codes > li")).to_have_count(10)
    code = page.locator("#codes > li").nth(3).inner_text()

    give_the_password(page, address)
    expect(page.get_by_role("heading", name="One thing more")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Finish signing in").click()
    expect(page.locator("#address")).to_have_text(address)
