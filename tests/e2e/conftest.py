"""A real browser, for the pages of the running studio."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.fixtures.customer import Customer
from tests.fixtures.stack import RunningStack

# A machine may be slow: what is waited for is a condition, and this only ends the wait for one that never comes.
expect.set_options(timeout=30_000)
PATIENCE_MS = 60_000
SESSION = "__Host-session"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The system's Chromium where there is one, else the one Playwright brought."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def context(browser, stack) -> Iterator[BrowserContext]:
    # The stack's CA is its own; that its certificates are right is another test's business.
    context = browser.new_context(base_url=stack.gateway, ignore_https_errors=True, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def owner(stack: RunningStack) -> Iterator[Customer]:
    """Somebody with credits to spend, for the pages that only she sees."""
    owner = Customer(stack)
    owner.wait_for_credits()
    yield owner
    owner.close()


def signed_in(context: BrowserContext, owner: Customer) -> Page:
    """A page in a browser that she is signed in with."""
    token = owner.http.headers["Authorization"].partition(" ")[2]
    url = str(owner.http.base_url).rstrip("/")
    context.add_cookies([{"name": SESSION, "value": token, "url": url, "secure": True, "httpOnly": True}])
    return context.new_page()
